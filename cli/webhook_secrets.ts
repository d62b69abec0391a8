import { WEBHOOK_PROVIDERS, type WebhookSecret } from "../headers/webhooks/verification.ts";
import type { Option } from "./options.ts";
import { readToken } from "./token.ts";
import { UsageError } from "./usage_error.ts";

/** An option that is a webhook's secret, `github=SECRET` or `github=@FILE`, and may be given again and again. */
export function webhookSecrets(description: string): Option<readonly WebhookSecret[]> {
  const names = WEBHOOK_PROVIDERS.join("|");
  return {
    placeholder: `${names}=SECRET`,
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse(it, flag) {
      const [, name, secret = ""] = /^([^=]*)=(.*)$/s.exec(it) ?? [];
      const provider = WEBHOOK_PROVIDERS.find((one) => one === name);
      // What was typed may be a secret: it is not repeated.
      if (provider === undefined) throw new UsageError(`${flag} takes ${names}, = and the secret`);
      if (secret === "") throw new UsageError(`${flag} ${provider}= needs the secret behind it`);
      return [{ provider, secret }];
    },
  };
}

/** Reads those secrets that stand in files. @throws {UsageError} One cannot be read. */
export async function readWebhookSecrets(
  typed: readonly WebhookSecret[],
  flag: string,
): Promise<WebhookSecret[]> {
  return await Promise.all(typed.map(async ({ provider, secret }) => ({
    provider,
    secret: await readToken(secret, { flag }),
  })));
}
