/** Parameters that may be given under several names. */

export type Report = (key: string, message: string) => void;

/** What was given, by main names; keys without one are left out. A parameter under two names is reported. */
export function byMainName(
  given: Readonly<Record<string, unknown>>,
  mainNames: ReadonlyMap<string, string>,
  report: Report,
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  const source = new Map<string, string>();
  for (const [key, value] of Object.entries(given)) {
    const name = mainNames.get(key);
    if (name === undefined || value === undefined) continue;
    const earlier = source.get(name);
    if (earlier !== undefined) report(key, `is the same parameter as '${earlier}': give one of them`);
    source.set(name, key);
    parameters[name] = value;
  }
  return parameters;
}
