import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const STATIC = new URL('../../../sample_site/static/', import.meta.url);

const read = (name) => readFile(new URL(name, STATIC), 'utf8');

/** What a browser loads for a module, by name; dynamic imports are not followed. */
async function graph(entry, found = new Set()) {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, name] of (await read(entry)).matchAll(/^import [^;]*?'\.\/([\w.-]+)';/gm)) {
    await graph(name, found);
  }
  return found;
}

test('only a page whose approach it is loads Okta’s SDK and the module for it', async () => {
  const loaded = [...(await graph('messenger-sign-in.js')), ...(await graph('callback.js'))];
  assert.ok(loaded.includes('endpoint.js'));
  assert.deepEqual(loaded.filter((name) => name.includes('okta')), []);
});

test('the answer leaves the address bar before any other module runs', async () => {
  const imports = (await read('callback.js')).match(/^import .*$/gm);
  assert.match(imports[0], /'\.\/address\.js'/);
  assert.doesNotMatch(await read('address.js'), /^import /m);
});
