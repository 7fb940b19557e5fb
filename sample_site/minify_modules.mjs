/**
 * Minifies modules, each by itself: `{name: source}` as JSON comes in, the same goes out.
 * The argument is the folder of the npm package terser.
 */
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const { minify } = await import(pathToFileURL(`${process.argv[2]}/main.js`));
const options = { module: true, ecma: 2020 };

const minified = {};
for (const [name, source] of Object.entries(JSON.parse(await text(process.stdin)))) {
  try {
    minified[name] = (await minify(source, options)).code;
  } catch ({ message, line, col }) {
    console.error(`${name}:${line}:${col}: ${message}`);
    process.exitCode = 1;
  }
}
process.stdout.write(JSON.stringify(minified));
