/** Something to be heard. */
export interface Clip {
  url: string;
  /** Whether it is a reply that counts as heard up to where it was stopped: not an acknowledgement, not a repetition. */
  counts: boolean;
  /** Called when its first sound is heard. */
  onSound?: () => void;
}

export interface PlayerListener {
  /** Whether there is something to be heard, being played or held. */
  onBusy(busy: boolean): void;
  /** The browser does not let it sound before somebody clicks: `release` from a click. */
  onBlocked(): void;
  onFailed(url: string): void;
}

/** Plays clips one after another, each from one `<audio>` that starts before its file is complete. */
export interface Player {
  play(clip: Clip): void;
  /** Silent at once; `release` goes on from there. */
  hold(): void;
  release(): void;
  /** Ends all of it. Gives how much of the counting clip was heard, in milliseconds; null when there was none. */
  stop(): number | null;
}

interface Playing {
  clip: Clip;
  audio: HTMLAudioElement;
}

/** Ends its download as well: browsers open six connections to a server, and no more. */
function close(audio: HTMLAudioElement): void {
  audio.removeAttribute('src');
  audio.load();
  audio.remove();
}

/** `renew` gets the cookie by which an `<audio>` may play, when it has ended. */
export function createPlayer(listener: PlayerListener, renew: () => Promise<void>): Player {
  let waiting: Clip[] = [];
  let current: Playing | null = null;
  let held = false;

  function next(): void {
    if (current) close(current.audio);
    const clip = waiting.shift();
    current = clip ? { clip, audio: open(clip) } : null;
    listener.onBusy(current !== null);
    if (!held) sound();
  }

  function open(clip: Clip): HTMLAudioElement {
    const audio = document.createElement('audio');
    audio.preload = 'auto';
    audio.src = clip.url;
    audio.hidden = true;
    let renewed = false;
    const isCurrent = () => current?.audio === audio;
    audio.addEventListener('playing', () => clip.onSound?.(), { once: true });
    audio.addEventListener('ended', () => isCurrent() && next());
    audio.addEventListener('error', async () => {
      if (!isCurrent()) return;
      const again = !renewed && audio.currentTime === 0;
      renewed = true;
      // The cookie may have ended; if it cannot be renewed, the clip is what failed.
      const renewal =
        again &&
        (await renew().then(
          () => true,
          () => false,
        ));
      if (!isCurrent()) return;
      if (renewal) {
        audio.load();
        if (!held) sound();
        return;
      }
      listener.onFailed(clip.url);
      next();
    });
    document.body.append(audio);
    return audio;
  }

  function sound(): void {
    current?.audio.play().catch((error: unknown) => {
      // Anything else was overtaken by a pause, or is told by the element's `error`.
      if (error instanceof DOMException && error.name === 'NotAllowedError') listener.onBlocked();
    });
  }

  return {
    play(clip) {
      waiting.push(clip);
      if (!current) next();
    },
    hold() {
      held = true;
      current?.audio.pause();
    },
    release() {
      held = false;
      sound();
    },
    stop() {
      const counting = current?.clip.counts ? current.audio.currentTime * 1000 : null;
      const heardMs = counting ?? (waiting.some(({ counts }) => counts) ? 0 : null);
      waiting = [];
      held = false;
      current?.audio.pause();
      next();
      return heardMs;
    },
  };
}
