/** Shows the steps on callback.html, for a visitor who is kept there by a failure. */
import { showTimeline } from './timeline.js';

showTimeline();
