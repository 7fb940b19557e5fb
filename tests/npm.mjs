/** For `node --import`: npm's packages are in .local/npm, beside no file of ours. */
import { register } from 'node:module';

register('./npm-packages.mjs', import.meta.url);
