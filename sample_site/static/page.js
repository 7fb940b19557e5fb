/** Entry of the home page. */
import { addCopyButtons } from './copy.js';
import { startSignIn } from './messenger-sign-in.js';
import { showStatus } from './status.js';
import { showTimeline } from './timeline.js';

addCopyButtons();
showTimeline();
showStatus();
startSignIn();
