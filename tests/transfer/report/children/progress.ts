// Shows a progress bar on the terminal that it is started on, writes a line meanwhile, and says when it is gone.

import { systemIo } from "../../../../cli/io.ts";
import { Progress } from "../../../../transfer/report/progress.ts";

const progress = await Progress.start({ total: 1000, files: 1, io: systemIo });
progress.above(() => systemIo.stdout("above\n"));
progress.stop();
systemIo.stdout("over\n");
