/** Texts that quote a query or an address, without what is secret in them. */

/** Passwords and tokens in addresses (`//user:password@`), connection strings (`password=...`) and SQL (`SECRET '...'`). */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(:\/\/[^:/@\s]*):[^/\s]*@/g, '$1:***@')
    .replace(
      /\b((?:ssl)?password|passwd|pwd|secret|token|api_?key)(\s*=\s*|\s+)('(?:[^']|'')*'|"[^"]*"|[^\s'",;&)]+)/gi,
      (all, key, between) => (between.includes('=') || /^\S+\s+['"]/.test(all) ? `${key}${between}***` : all),
    );
}
