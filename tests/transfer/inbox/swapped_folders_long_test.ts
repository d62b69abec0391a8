import { testSwappedFolders } from "./swapped_folders.ts";

testSwappedFolders({ files: 400 });
