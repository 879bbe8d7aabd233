/** Where a PostgreSQL source is: by its address, or by libpq's environment variables. */
import { type Address, parseAddress } from '../../core/database-address.js';
import { ConfigError } from '../../core/errors.js';

/** @throws ConfigError - no address of a PostgreSQL server; the message does not repeat what was given */
export function serverAddress(url: string | undefined, password: string | undefined): Address {
  if (password !== undefined && (typeof password !== 'string' || password === '')) {
    throw new ConfigError('readPostgres: password is not a text', { hint: 'Leave it out to take PGPASSWORD.' });
  }
  const { PGHOST = 'localhost', PGPORT = '5432', PGDATABASE, PGUSER, PGPASSWORD } = process.env;
  const fromEnvironment = (): string => {
    const [user, database] = [PGUSER, PGDATABASE ?? PGUSER ?? ''].map((part) => part && encodeURIComponent(part));
    // A directory is that of a Unix socket.
    return PGHOST.startsWith('/')
      ? `postgresql:///${database}?host=${encodeURIComponent(PGHOST)}&port=${PGPORT}${user ? `&user=${user}` : ''}`
      : `postgresql://${user ? `${user}@` : ''}${PGHOST}:${PGPORT}/${database}`;
  };
  const given = url ?? fromEnvironment();
  const address = parseAddress(given);
  const parsed = new URL(given);
  if (password !== undefined) parsed.password = encodeURIComponent(password);
  const full = password === undefined ? address : parseAddress(parsed.href);
  const hidden = [password, PGPASSWORD].filter((secret): secret is string => secret !== undefined && secret !== '');
  return {
    ...full,
    scrub: (text) => hidden.reduce((clean, secret) => clean.replaceAll(secret, '***'), full.scrub(text)),
  };
}
