/** The address of a PostgreSQL server, and texts without its secrets. */
import { ConfigError } from './errors.js';

const HINT =
  "Such as 'postgresql://user:password@host:5432/database'; special characters of the password as encodeURIComponent writes them.";

export interface Address {
  readonly url: string;
  /** Without user, password and parameters. */
  readonly description: string;
  /** `text` with everything that is secret replaced. */
  scrub(text: string): string;
}

/** @throws ConfigError - no address of a PostgreSQL server; the message does not repeat what was given */
export function parseAddress(url: unknown): Address {
  if (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url)) {
    throw new ConfigError('url is no address of a PostgreSQL server', { hint: HINT });
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) throw new ConfigError('url cannot be read as an address', { hint: HINT });
  const secrets = secretsOf(url, parsed);
  return {
    url,
    description: `postgresql://${parsed.host}${parsed.pathname}`,
    scrub: (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text),
  };
}

/** The password and the whole address, as written and as decoded, longest first. */
function secretsOf(url: string, { password, searchParams }: URL): string[] {
  const given = [
    password,
    decoded(password),
    searchParams.get('password') ?? '',
    searchParams.get('sslpassword') ?? '',
  ];
  return [...new Set([url, ...given])].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
