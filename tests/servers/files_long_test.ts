import { testLargeFile } from "./large_file.ts";

testLargeFile(200);
