/** Entry of the home page. */
import { addCopyButtons } from './copy.js';
import { watchMessenger } from './status.js';

addCopyButtons();
watchMessenger();
