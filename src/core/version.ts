/** The library's own version, written into models and reports; a test keeps it equal to package.json's. */
export const LIBRARY_VERSION = '0.1.0';
