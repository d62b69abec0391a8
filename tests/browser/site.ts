/** What a server for the tests answers, by path. */
export type Site = Readonly<Record<string, (request: Request) => Response | Promise<Response>>>;

const TYPES = { html: "text/html", css: "text/css", js: "text/javascript" };

/** Nothing from elsewhere, and no code that is made of text: what a careful site allows. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

/** What such a site adds where it lets WebAssembly be compiled; elsewhere the codecs have to do without. */
const WITH_WASM = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");

/** Returns a file of a site. */
export function file(
  type: keyof typeof TYPES,
  text: string,
  { wasm = false }: { wasm?: boolean } = {},
): Response {
  return new Response(text, {
    headers: {
      "content-type": `${TYPES[type]}; charset=utf-8`,
      "content-security-policy": wasm ? WITH_WASM : POLICY,
    },
  });
}

/** Serves a site on this machine, on a free port. */
export function serveSite(site: Site): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    return site[pathname]?.(request) ?? new Response(`No ${pathname} here`, { status: 404 });
  });
}
