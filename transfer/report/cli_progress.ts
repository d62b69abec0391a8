// @ts-types="./cli_progress.d.ts"
export * from "cli-progress";
