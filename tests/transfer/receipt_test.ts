import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { makeReceipt, parseReceipt, type Receipt, verifyReceipt } from "../../transfer/mod.ts";
import { inFolder } from "../contract/folder.ts";
import { digestOf } from "./incoming.ts";

const SAID = {
  receiver: "example.net:8081",
  finished: "2026-01-02T03:04:05.678Z",
  files: [
    { source: "/tmp/b", path: "b (1)", size: 0, sha256: digestOf("") },
    { source: "notes/a.txt", path: "notes/a.txt", size: 5, sha256: digestOf("hello") },
  ],
};

/** The seal of that under "secret", as it was before there were folders in a receipt. */
const SEAL_OF_VERSION_0_1 = "d5c0bf6589f82f3ceb3ae6d74d651de22dd006edaa12ff02c95918e3d3977437";

Deno.test("parseReceipt() returns what makeReceipt() made when it was written down", () => {
  for (const token of [undefined, "secret", ""]) {
    const receipt = makeReceipt(SAID, token);
    assertEquals({ ...receipt, seal: undefined }, {
      kind: "parley receipt 1",
      ...SAID,
      seal: undefined,
    });
    assertEquals(receipt.seal === undefined, token === undefined);
    assertEquals(parseReceipt(JSON.stringify(receipt, null, 2), token), receipt);
  }
  const empty = makeReceipt({ ...SAID, files: [] }, undefined);
  assertEquals(parseReceipt(JSON.stringify(empty), undefined), empty);
});

Deno.test("makeReceipt() has the files in the order of their paths, however they came", () => {
  const files = [...SAID.files].reverse();
  assertEquals(makeReceipt({ ...SAID, files }, "secret"), makeReceipt(SAID, "secret"));
});

Deno.test("parseReceipt() reads a sealed receipt when there is no token to look at it with", () => {
  const receipt = makeReceipt(SAID, "secret");
  assertEquals(parseReceipt(JSON.stringify(receipt), undefined), receipt);
});

Deno.test("parseReceipt() refuses a receipt when its seal is that of another token, or is missing", () => {
  const sealed = JSON.stringify(makeReceipt(SAID, "secret"));
  for (const token of ["Secret", "secret ", ""]) {
    assertThrows(() => parseReceipt(sealed, token), TypeError, "its seal is not that of the token");
  }
  const open = JSON.stringify(makeReceipt(SAID, undefined));
  assertThrows(() => parseReceipt(open, "secret"), TypeError, "it has no seal");
});

Deno.test("parseReceipt() refuses a sealed receipt when any word of it was changed", () => {
  const receipt = makeReceipt(SAID, "secret");
  const [first, second] = receipt.files;
  assert(first && second && receipt.seal);
  const digest = digestOf("other");
  const changes: Partial<Receipt>[] = [
    { receiver: "example.org:8081" },
    { finished: "2026-01-02T03:04:05.679Z" },
    { files: [] },
    { files: [first] },
    { files: [second, first] },
    { files: [first, second, second] },
    { files: [{ ...first, source: "other" }, second] },
    { files: [{ ...first, path: "other" }, second] },
    { files: [{ ...first, size: 6 }, second] },
    { files: [{ ...first, sha256: digest }, second] },
    // What moves from one field to the next one is no less changed.
    { files: [{ ...first, source: `${first.source}x`, path: first.path.slice(1) }, second] },
    { seal: digest },
    { seal: "" },
    { seal: receipt.seal.toUpperCase() },
  ];
  for (const change of changes) {
    const text = JSON.stringify({ ...receipt, ...change });
    assertThrows(() => parseReceipt(text, "secret"), TypeError, "its seal is not that");
  }
});

Deno.test("parseReceipt() refuses what is no receipt", () => {
  for (const text of ["", "{", "receipt", "\0"]) {
    assertThrows(() => parseReceipt(text, undefined), TypeError, "it is no JSON");
  }
  const receipt = makeReceipt(SAID, undefined);
  const [entry] = receipt.files;
  const others: unknown[] = [null, 1, "x", [], {}, { ...receipt, kind: "parley receipt 2" }];
  for (const field of ["kind", "receiver", "finished", "files", "seal"]) {
    others.push({ ...receipt, [field]: 1 }, { ...receipt, [field]: null });
  }
  for (const field of ["source", "path", "size", "sha256"]) {
    others.push({ ...receipt, files: [entry, { ...entry, [field]: undefined }] });
    others.push({ ...receipt, files: [{ ...entry, [field]: {} }] });
  }
  for (const files of [[null], [1], [{ ...entry, size: 1.5 }], [{ ...entry, sha256: "ab" }]]) {
    others.push({ ...receipt, files });
  }
  for (const other of others) {
    const text = JSON.stringify(other);
    assertThrows(() => parseReceipt(text, undefined), TypeError, 'it is no "parley receipt 1"');
  }
});

Deno.test("parseReceipt() refuses a receipt when a path in it leads out of the receiver's folder", () => {
  for (const path of ["../x", "/etc/hostname", "a/../../x", "", "a//b", "."]) {
    const { files } = SAID;
    const out = { source: "x", path, size: 0, sha256: digestOf("") };
    for (const more of [{ files: [...files, out] }, { files, folders: [{ source: "x", path }] }]) {
      const text = JSON.stringify(makeReceipt({ ...SAID, ...more }, "secret"));
      assertThrows(() => parseReceipt(text, "secret"), TypeError, "leads out of the receiver's");
    }
  }
});

Deno.test("verifyReceipt() opens nothing outside of the folder, whatever a receipt says", () =>
  inFolder(async (root) => {
    await Deno.mkdir(`${root}/inbox`);
    await Deno.writeTextFile(`${root}/x`, "hello");
    const out = { source: "x", path: "../x", size: 5, sha256: digestOf("hello") };
    const receipt = makeReceipt({ ...SAID, files: [out], folders: [out] }, undefined);
    const found = await Array.fromAsync(verifyReceipt(receipt, { folder: `${root}/inbox` }));
    assertEquals(found.map(({ verdict }) => verdict), ["unreadable", "unreadable"]);
  }));

Deno.test("the seal covers folders and what came from stdin, and is that of earlier versions without them", () => {
  const seal = makeReceipt(SAID, "secret").seal;
  assertEquals(seal, SEAL_OF_VERSION_0_1);
  assertEquals(makeReceipt({ ...SAID, folders: [] }, "secret").seal, seal);
  const folders = [{ source: "e", path: "e" }];
  const sealed = JSON.stringify(makeReceipt({ ...SAID, folders }, "secret"));
  parseReceipt(sealed, "secret");
  const [first, ...rest] = SAID.files;
  const files = [{ ...first!, stdin: true as const }, ...rest];
  const piped = JSON.stringify(makeReceipt({ ...SAID, files }, "secret"));
  parseReceipt(piped, "secret");
  for (
    const text of [sealed.replace('"path":"e"', '"path":"f"'), piped.replace(',"stdin":true', "")]
  ) {
    assertThrows(() => parseReceipt(text, "secret"), TypeError, "its seal is not that");
  }
});

Deno.test("the seals of two receipts differ when the receipts do", () => {
  const seals = [SAID, { ...SAID, files: [] }, { ...SAID, receiver: "" }].map((said) =>
    makeReceipt(said, "secret").seal
  );
  assertEquals(new Set(seals).size, 3);
  assertNotEquals(makeReceipt(SAID, "another").seal, seals[0]);
  assertEquals(makeReceipt(SAID, "secret").seal, seals[0]);
});

Deno.test("verifyReceipt() says of each file how it is found, where it was sent from or in a folder", () =>
  inFolder(async (root) => {
    const names = ["empty", "folder", "longer", "missing", "other", "same"];
    const verdicts = ["same", "other-content", "other-size", "missing", "other-content", "same"];
    const files = names.map((name) => {
      const text = name === "empty" ? "" : "hello";
      const entry = { size: text.length, sha256: digestOf(text) };
      return { source: `${root}/from/${name}`, path: `to/${name}`, ...entry };
    });
    for (const folder of ["from", "to"]) {
      await Deno.mkdir(`${root}/${folder}/folder`, { recursive: true });
      const texts = { same: "hello", empty: "", longer: "hello!", other: "jello" };
      for (const [name, text] of Object.entries(texts)) {
        await Deno.writeTextFile(`${root}/${folder}/${name}`, text);
      }
    }
    const receipt = makeReceipt({ ...SAID, files }, undefined);
    for (const folder of [undefined, root, `${root}/`, `${root}//`]) {
      const found = [];
      for await (const { entry, local, verdict } of verifyReceipt(receipt, { folder })) {
        assertEquals(local, folder === undefined ? entry.source : `${root}/${entry.path}`);
        found.push(verdict);
      }
      assertEquals<readonly string[]>(found, verdicts);
    }
  }));

Deno.test("verifyReceipt() says that a file is unreadable when it is there and the system says no", () =>
  inFolder(async (root) => {
    await Deno.writeTextFile(`${root}/file`, "");
    await Deno.symlink("loop", `${root}/loop`);
    const entry = { size: 0, sha256: digestOf("") };
    const files = ["file/x", "loop"].map((name) => ({
      source: `${root}/${name}`,
      path: name,
      ...entry,
    }));
    for await (const { verdict } of verifyReceipt(makeReceipt({ ...SAID, files }, undefined))) {
      assertEquals(verdict, "unreadable");
    }
  }));
