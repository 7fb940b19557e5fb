/** Looks packages up in .local/npm; paths and Node's own modules as ever. */
const NPM = new URL('../.local/npm/package.json', import.meta.url).href;

export function resolve(specifier, context, next) {
  const isPackage = /^(@|[a-z])/i.test(specifier) && !/^[a-z]+:/i.test(specifier);
  const isOurs = !context.parentURL?.includes('/node_modules/');
  return next(specifier, isPackage && isOurs ? { ...context, parentURL: NPM } : context);
}
