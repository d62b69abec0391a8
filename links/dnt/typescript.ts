/** The compiler, in the last version that has this programming interface in JavaScript. */
export { default as ts } from "npm:typescript@6.0.3";
