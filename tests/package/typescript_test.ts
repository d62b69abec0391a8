import { testTypeScript } from "./typescript.ts";

testTypeScript({ all: false });
