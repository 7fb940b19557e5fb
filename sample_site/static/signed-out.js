/** Entry of the page that a sign-out ends on. */
import { step } from './steps.js';
import { showTimeline } from './timeline.js';

showTimeline();
step('signed_out');
