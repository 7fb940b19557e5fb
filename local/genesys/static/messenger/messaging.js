/**
 * The MessagingService plugin: the conversation, its commands and what they refuse.
 *
 * Source: Genesys, "MessagingService plugin". Assumption: a message starts the conversation where
 * none is active; a signed-in visitor's session is looked up as soon as the window opens, a guest's
 * begins with the first message; an expired conversation is followed by a new one; commands may
 * come before `ready`, and bring it about.
 */

import { Messages, readMessage } from './messages.js';
import { SessionClock } from './session-clock.js';
import { Session } from './session.js';
import { FrameError, refusalIn } from './socket.js';

const LONGEST_MESSAGE = 4096;
const TYPING_MS = 5000;
const ATTRIBUTES_TOO_LARGE = 4013;

export class Messaging {
  #plugin;
  #page;
  #auth;
  #upgrade;
  #api;
  #database;
  #settings;
  #isHeadless;
  #onChange;
  #isWindowOpen;
  #session;
  #clock;
  #isReady = false;
  #joins = true;
  #notice = '';
  #isWarning = false;
  #typing = '';
  #typingTimer;
  #messages = new Messages();

  /**
   * `auth` is undefined where authentication is off; `isWindowOpen()` tells whether somebody looks;
   * `onChange({unread})` runs after everything that the window should show.
   */
  constructor({ bus, page, auth, storage, api, database, config, deploymentId, ...window }) {
    this.#plugin = bus.plugin('MessagingService');
    this.#page = page;
    this.#auth = auth;
    this.#upgrade = config.auth.allowSessionUpgrade;
    this.#api = api;
    this.#database = database;
    this.#settings = config.messenger.apps.conversations;
    this.#isHeadless = config.headlessMode?.enabled === true;
    this.#onChange = window.onChange;
    this.#isWindowOpen = window.isWindowOpen;
    this.#clock = new SessionClock({
      plugin: this.#plugin,
      onWarning: (isOn) => this.#show({ isWarning: isOn }),
    });
    this.#session = new Session({
      plugin: this.#plugin,
      page,
      auth,
      storage,
      clock: this.#clock,
      endPoint: this.#settings.messagingEndpoint,
      deploymentId,
      listener: {
        onConfigured: (given) => this.#onConfigured(given),
        onFrame: (frame) => this.#onFrame(frame),
        onError: (error) => this.#tell(error),
        onChange: () => this.#onChange({}),
      },
    });
    this.#register();
  }

  /** Begins to listen; a conversation that this browser was in goes on. */
  listen() {
    this.#plugin.subscribe('Auth.authenticated', () => this.#onAuthenticated());
    this.#plugin.subscribe('Auth.loggedOut', () => this.#forget());
    this.#page.addEventListener('offline', () => {
      this.#plugin.publish('offline');
      this.#onChange({});
    });
    this.#page.addEventListener('online', () => this.#onChange({}));
    if (this.#isHeadless) {
      this.#makeReady();
    }
    if (this.#wasActive && this.#mayBeGuest && !this.#auth?.isAuthenticated) {
      this.#resume();
    }
  }

  /** What the window's opening asks for. */
  onOpened() {
    if (!this.isEnabled) {
      return;
    }
    this.#makeReady();
    const isAwaited = this.#auth?.isAuthenticated || this.#settings.autoStart.enabled;
    if (this.#session.phase === 'none' && isAwaited && this.#maySpeak) {
      this.#resume();
    }
  }

  get isEnabled() {
    return this.#settings.enabled;
  }

  /** What the window shows of the conversation. */
  describe() {
    const { phase, ended, isOpen, isGuests } = this.#session;
    return {
      phase,
      ended,
      isOffline: !this.#page.navigator.onLine,
      isWarning: this.#isWarning,
      notice: this.#notice,
      typing: this.#settings.showAgentTypingIndicator ? this.#typing : '',
      messages: this.#messages.all,
      canClear: this.#settings.conversationClear.enabled && isOpen,
      canStepUp: isGuests && (this.#auth?.isSignInAvailable ?? false),
    };
  }

  /** Sends a message, in a new conversation if need be. */
  async send(text) {
    if (typeof text !== 'string' || text.trim() === '') {
      throw new Error('A message needs words');
    }
    if (text.length > LONGEST_MESSAGE) {
      this.#show({ notice: 'tooLong' });
      throw new Error(`A message has at most ${LONGEST_MESSAGE} characters`);
    }
    this.#refuseUnlessSpeaking();
    const tracingId = crypto.randomUUID();
    this.#messages.begin(tracingId, text);
    this.#plugin.publish('sendingMessage', { message: text });
    this.#show({ notice: '' });
    try {
      await this.#session.opened();
      await this.#post(text, tracingId);
    } catch (error) {
      this.#messages.fail(tracingId);
      this.#onError(error);
      throw error;
    }
  }

  /** Sends what could not be sent once more. */
  sendAgain(id) {
    const text = this.#messages.take(id);
    return text === undefined ? Promise.resolve() : this.send(text);
  }

  /** Typing in the window, told where the configuration wants it told. */
  async onTyping() {
    if (this.#settings.showUserTypingIndicator && this.#session.isOpen) {
      await this.#sendTyping();
    }
  }

  /** Ends the conversation for good. */
  async clear() {
    if (!this.#settings.conversationClear.enabled) {
      throw new Error('Clearing conversations is not set up');
    }
    this.#tellEvent({ eventType: 'Presence', presence: { type: 'Clear' } });
  }

  /** Asks the page to sign the guest in; the conversation follows on Auth.authenticated. */
  async stepUp() {
    if (!this.#upgrade || this.#auth === undefined) {
      throw new Error('Signing in during a conversation is not set up');
    }
    this.#refuseUnlessOpen();
    if (!this.#session.isGuests) {
      throw new Error('The conversation is that of a signed-in visitor already');
    }
    try {
      await this.#auth.signIn();
    } catch (error) {
      this.#plugin.publish('stepUpConversationError', { error: told(error) });
      throw error;
    }
  }

  /** After the end of a conversation: a new one, or this one here again. */
  async goOn() {
    const startNew = ['expired', 'readOnly'].includes(this.#session.ended);
    if (startNew) {
      this.#messages.clear();
    }
    await this.#session.begin({ startNew });
  }

  /** Forgets everything and says nothing more. */
  shutDown() {
    this.#forget();
    this.#session.end('readOnly');
  }

  #register() {
    const commands = {
      startConversation: () => this.#start(),
      sendMessage: (data) => this.send(data?.message),
      sendTyping: () => this.#sendTyping(),
      fetchHistory: async () => ({ messages: await this.#history() }),
      clearConversation: () => this.clear(),
      clearSession: () => this.#clearSession(),
      resetConversation: () => this.#reset(),
      stepUpConversation: () => this.stepUp(),
      configureConversation: () => this.#headless(() => this.#start({ joins: false })),
      joinConversation: () => this.#headless(() => this.#join()),
    };
    for (const [name, run] of Object.entries(commands)) {
      this.#plugin.registerCommand(name, async (e) => {
        this.#makeReady();
        e.resolve(await run(e.data));
      });
    }
  }

  // Commands -----------------------------------------------------------------------------------

  async #start({ joins = true } = {}) {
    this.#refuseUnlessSpeaking();
    this.#joins = joins;
    await this.#session.begin({ startNew: this.#session.ended === 'expired' });
  }

  async #sendTyping() {
    this.#refuseUnlessSpeaking();
    this.#tellEvent({ eventType: 'Typing', typing: { type: 'On', duration: TYPING_MS } });
  }

  async #join() {
    this.#tellEvent({ eventType: 'Presence', presence: { type: 'Join' } });
  }

  async #clearSession() {
    this.#refuseUnlessOpen();
    await this.#session.ask('closeSession', { closeAllConnections: false });
    this.#forget();
    this.#session.forgetStored({ isGuest: !this.#auth?.isAuthenticated });
    this.#plugin.publish('sessionCleared');
  }

  async #reset() {
    const { enabled, type } = this.#settings.conversationDisconnect;
    if (!enabled || type !== 'ReadOnly') {
      throw new Error('Conversations are reset only where a disconnect makes them read-only');
    }
    this.#forget();
    await this.#session.begin({ startNew: true });
    this.#plugin.publish('conversationReset');
  }

  async #headless(run) {
    if (!this.#isHeadless) {
      throw new Error('This command is for headless mode');
    }
    return run();
  }

  async #post(text, tracingId) {
    const message = { type: 'Text', text };
    const { attributes, isTooLarge } = this.#database.due();
    const rides = Object.keys(attributes).length > 0 && !isTooLarge;
    if (isTooLarge) {
      // Assumption: the message goes without them, as the visitor cannot help it.
      this.#onAttributesTooLarge();
    }
    if (rides) {
      message.channel = { metadata: { customAttributes: attributes } };
    }
    await this.#session.ask('onMessage', { message }, tracingId);
    if (rides) {
      this.#database.noteSent(attributes);
    }
    this.#clock.renew();
  }

  async #history() {
    this.#refuseUnlessOpen();
    const { body } = await this.#session.ask('getJwt');
    const messages = (await this.#api.history(body.jwt)).reverse();
    this.#messages.restore(messages.map(readMessage).filter((one) => one !== undefined));
    this.#onChange({});
    return messages;
  }

  #tellEvent(event) {
    this.#refuseUnlessOpen();
    this.#session.tell('onMessage', { message: { type: 'Event', events: [event] } });
  }

  // Rules --------------------------------------------------------------------------------------

  get #mayBeGuest() {
    return this.#auth === undefined || this.#upgrade;
  }

  get #maySpeak() {
    return this.#mayBeGuest || this.#auth.isAuthenticated;
  }

  get #wasActive() {
    return this.isEnabled && this.#session.wasActive;
  }

  #refuseUnlessSpeaking() {
    if (!this.isEnabled) {
      throw new Error('Conversations are not enabled');
    }
    if (this.#auth?.isAuthenticating) {
      throw new Error('The visitor is being authenticated');
    }
    if (!this.#maySpeak) {
      throw new Error('Visitors sign in before a conversation');
    }
    if (this.#session.ended === 'readOnly') {
      throw new Error('The conversation is read-only');
    }
  }

  #refuseUnlessOpen() {
    if (!this.#session.isOpen) {
      throw new Error('There is no active conversation');
    }
  }

  // What happens -------------------------------------------------------------------------------

  #resume() {
    this.#makeReady();
    if (this.#wasActive) {
      this.#plugin.republish('restoring');
    }
    this.#session.begin().catch(() => {}); // its error event has told
  }

  async #onConfigured({ newSession, readOnly }) {
    if (newSession) {
      this.#database.forgetSent();
      if (this.#settings.autoStart.enabled && this.#joins) {
        await this.#join();
      }
    } else {
      this.#plugin.republish('restored', { messages: await this.#history() });
    }
    if (readOnly) {
      this.#endReadOnly();
    }
    this.#onChange({});
    if (this.#session.isGuests && this.#auth?.isAuthenticated) {
      await this.#stepUpSession(); // somebody signed in while it began
    }
  }

  #onAuthenticated() {
    const { phase, ended, isGuests } = this.#session;
    const waits = phase === 'none' && (this.#isWindowOpen() || this.#wasActive);
    const wasClosed = phase === 'ended' && ended === 'signedIn';
    if (isGuests && !this.#auth.isSignedInElsewhere) {
      // The tab that signed in steps up; the service then closes the others, which follow.
      this.#stepUpSession();
    } else if (this.isEnabled && (waits || wasClosed)) {
      this.#resume();
    }
    this.#onChange({});
  }

  async #stepUpSession() {
    try {
      await this.#session.stepUp();
      await this.#history();
    } catch (error) {
      this.#plugin.publish('stepUpConversationError', { error: told(error) });
    }
    this.#onChange({});
  }

  #onFrame(frame) {
    if (frame.class === 'StructuredMessage') {
      this.#onMessage(frame.body, frame.tracingId);
    } else if (frame.class === 'SessionClearedEvent') {
      this.#forget();
      this.#session.forgetStored({ isGuest: false });
      this.#plugin.publish('conversationCleared');
      this.#plugin.publish('sessionCleared');
    } else {
      const refused = refusalIn(frame);
      if (refused !== undefined) {
        this.#onError(refused);
      }
    }
  }

  #onMessage(body, tracingId) {
    for (const event of body.events ?? []) {
      this.#onEvent(event, body);
    }
    const message = readMessage(body);
    if (message === undefined) {
      return;
    }
    this.#messages.receive(message, tracingId);
    this.#plugin.publish('messagesReceived', { messages: [body] });
    if (!message.own) {
      this.#setTyping('');
    }
    this.#onChange({ unread: message.own ? 0 : 1 });
  }

  #onEvent({ eventType, typing, presence }, body) {
    if (eventType === 'Typing' && body.direction === 'Outbound') {
      const isOn = typing?.type !== 'Off';
      this.#setTyping(isOn ? body.channel?.from?.nickname || ' ' : '', typing?.duration);
    }
    if (presence?.type === 'Disconnect') {
      const { enabled, type } = this.#settings.conversationDisconnect;
      const readOnly = enabled && type === 'ReadOnly';
      this.#plugin.publish('conversationDisconnected', { message: body, readOnly });
      if (readOnly) {
        this.#endReadOnly();
      }
    }
  }

  #endReadOnly() {
    this.#session.end('readOnly');
    this.#plugin.publish('readOnlyConversation');
  }

  #onAttributesTooLarge() {
    this.#plugin.publish('customAttributesSizeExceeded');
    this.#show({ notice: 'attributesTooLarge' });
  }

  #onError(error) {
    if (error.code === ATTRIBUTES_TOO_LARGE) {
      this.#onAttributesTooLarge();
    }
    if (Session.isOver(error)) {
      this.#session.expire(error);
    } else {
      this.#tell(error);
    }
  }

  #tell(error) {
    this.#plugin.publish('error', { error: told(error) });
    this.#onChange({});
  }

  // State --------------------------------------------------------------------------------------

  #makeReady() {
    if (!this.#isReady) {
      this.#isReady = true;
      this.#plugin.ready();
    }
  }

  #forget() {
    this.#session.forget();
    this.#messages.clear();
    this.#setTyping('');
    this.#show({ notice: '' });
  }

  #show({ notice = this.#notice, isWarning = this.#isWarning }) {
    this.#notice = notice;
    this.#isWarning = isWarning;
    this.#onChange({});
  }

  #setTyping(name, duration = TYPING_MS) {
    clearTimeout(this.#typingTimer);
    this.#typing = name;
    if (name !== '') {
      this.#typingTimer = setTimeout(() => this.#setTyping(''), duration);
    }
    this.#onChange({});
  }
}

/** What events tell of an error. */
function told(error) {
  return error instanceof FrameError ? error.describe() : { message: error.message };
}
