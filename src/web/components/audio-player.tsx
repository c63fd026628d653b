import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useSession } from '../session/session-context.tsx';
import { useCommonStrings } from '../strings/strings.tsx';
import { clock } from './clock.ts';
import { Range } from './range.tsx';
import './audio-player.css';

/** What a page does with a player: `const player = useRef<AudioPlayerHandle>(null)`. */
export interface AudioPlayerHandle {
  /** Goes to a moment, in milliseconds, and plays from there unless told otherwise. */
  seekTo(ms: number, options?: { play?: boolean }): void;
  play(): void;
  pause(): void;
  currentMs(): number;
}

interface AudioPlayerProps {
  /** A path of this server (the access cookie lets it play) or a `blob:` address. */
  src: string;
  /** What one hears, such as "Question 3". */
  label: string;
  /** Known lengths come from the server: a browser's own recording does not tell its length. */
  durationMs?: number | null | undefined;
  autoPlay?: boolean;
  onTime?: (ms: number) => void;
  onPlay?: () => void;
  onEnded?: () => void;
  ref?: Ref<AudioPlayerHandle>;
}

/** Play, pause, seek, time; all by keyboard. */
export function AudioPlayer({ src, label, durationMs, autoPlay, onTime, onPlay, onEnded, ref }: AudioPlayerProps) {
  const t = useCommonStrings();
  const session = useSession();
  const audio = useRef<HTMLAudioElement>(null);
  const renewed = useRef(false);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [currentMs, setCurrentMs] = useState(0);
  const [lengthMs, setLengthMs] = useState(durationMs ?? 0);

  // A new source starts afresh.
  useEffect(() => {
    renewed.current = false;
    setFailed(!src);
    setCurrentMs(0);
    setLengthMs(durationMs ?? 0);
  }, [src, durationMs]);

  const play = () => {
    // Refused before the first click on a page, or overtaken by a pause: the button shows which it is.
    audio.current?.play().catch(() => setPlaying(false));
  };
  const goTo = (ms: number) => {
    if (audio.current) audio.current.currentTime = ms / 1000;
    setCurrentMs(ms);
  };
  useImperativeHandle(ref, () => ({
    seekTo(ms, { play: start = true } = {}) {
      goTo(ms);
      if (start) play();
    },
    play,
    pause: () => audio.current?.pause(),
    currentMs: () => (audio.current?.currentTime ?? 0) * 1000,
  }));

  /** The access cookie may have ended while the page slept: one renewal, one more try. */
  const onError = async () => {
    if (renewed.current || src.startsWith('blob:')) return setFailed(true);
    renewed.current = true;
    try {
      await session.renew();
      audio.current?.load();
    } catch {
      setFailed(true); // signing in again has failed too: the page says so
    }
  };

  const readLength = () => {
    const seconds = audio.current?.duration ?? Number.NaN;
    if (!durationMs && Number.isFinite(seconds)) setLengthMs(seconds * 1000);
  };

  return (
    <fieldset className="player" aria-label={label}>
      {/* biome-ignore lint/a11y/useMediaCaption: the words stand beside it on every page that has a player */}
      <audio
        ref={audio}
        src={src}
        preload="metadata"
        autoPlay={autoPlay}
        onPlay={() => {
          setPlaying(true);
          onPlay?.();
        }}
        onPause={() => setPlaying(false)}
        onDurationChange={readLength}
        onTimeUpdate={({ currentTarget }) => {
          setCurrentMs(currentTarget.currentTime * 1000);
          onTime?.(currentTarget.currentTime * 1000);
        }}
        onEnded={() => {
          setPlaying(false);
          onEnded?.();
        }}
        onError={onError}
      />
      <button
        type="button"
        className="player-button"
        aria-label={`${playing ? t.pause : t.play}: ${label}`}
        onClick={() => (playing ? audio.current?.pause() : play())}
      >
        <span className={playing ? 'player-pause' : 'player-play'} aria-hidden="true" />
      </button>
      <Range
        min={0}
        max={Math.max(lengthMs, 1)}
        step={100}
        value={Math.min(currentMs, Math.max(lengthMs, 1))}
        aria-label={t.position}
        aria-valuetext={t.positionText(clock(currentMs), clock(lengthMs))}
        onChange={(event) => goTo(event.target.valueAsNumber)}
      />
      <span className="player-time">
        {clock(currentMs)} / {clock(lengthMs)}
      </span>
      {failed && <p className="player-failed">{t.cannotPlay}</p>}
    </fieldset>
  );
}
