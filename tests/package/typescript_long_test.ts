import { testTypeScript } from "./typescript.ts";

testTypeScript({ all: true });
