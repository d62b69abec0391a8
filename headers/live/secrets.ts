/** Words of names whose fields let somebody in: cookies, authorization, tokens and keys. */
const SECRET =
  /(^|[-_])(authorization|auth|cookie2?|token|jwt|secret|password|passwd|credentials?|session|(api|access|private|functions|subscription)[-_]?key|csrf|xsrf)([-_]|$)/i;
/** As one word, as many write them. */
const SECRET_ENDING = /(token|secret|password|apikey|accesskey|sessionid)$/i;

/** Says whether a field's value lets somebody in, by its name. */
export function isSecretField(name: string): boolean {
  return SECRET.test(name) || SECRET_ENDING.test(name);
}

/** Returns a target without the name and password that may stand in front of its host (RFC 3986, 3.2.1). */
export function withoutUserinfo(target: string): string {
  return target.replace(
    /^([a-z][a-z\d+.-]*:\/\/)?[^/?#]*@/i,
    (userinfo, scheme: string = "") => target.startsWith("/") ? userinfo : `${scheme}...@`,
  );
}
