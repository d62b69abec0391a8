// Swaps a folder for a link to another one and back until it is ended, and says when it begins. Arguments: the folder, and
// where the link leads to.
const [folder = "", elsewhere = ""] = Deno.args;
console.log("begins");
for (let round = 0;; round++) {
  // Where somebody made the folder anew meanwhile, the next round takes that one.
  const aside = `${folder}.${round}`;
  for (
    const step of [
      () => Deno.rename(folder, aside),
      () => Deno.symlink(elsewhere, folder),
      () => Deno.remove(folder),
      () => Deno.rename(aside, folder),
    ]
  ) {
    await step().catch(() => {});
  }
}
