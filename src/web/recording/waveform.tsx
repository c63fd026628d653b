import { useEffect, useRef } from 'react';
import { meterLevel } from './level.ts';
import './waveform.css';

const barWidth = 3;
const gap = 2;
/** A new bar this often; with reduced motion one that is replaced, not moved. */
const barMs = 80;

const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

function draw(canvas: HTMLCanvasElement, levels: readonly number[]): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const scale = window.devicePixelRatio || 1;
  const { clientWidth, clientHeight } = canvas;
  if (canvas.width !== Math.round(clientWidth * scale)) canvas.width = Math.round(clientWidth * scale);
  if (canvas.height !== Math.round(clientHeight * scale)) canvas.height = Math.round(clientHeight * scale);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
  context.fillStyle = getComputedStyle(canvas).color;
  const step = barWidth + gap;
  const shown = levels.slice(-Math.ceil(clientWidth / step)).reverse();
  for (const [index, level] of shown.entries()) {
    const height = Math.max(2, level ** 1.6 * clientHeight);
    context.globalAlpha = Math.max(0.25, 1 - (index * step) / clientWidth);
    context.fillRect(clientWidth - (index + 1) * step, (clientHeight - height) / 2, barWidth, height);
  }
}

/**
 * The sound as it comes in, newest on the right. It stands still while paused, and is a single bar for those who want
 * less motion. Eyes only: the words beside it say the same.
 */
export function Waveform({ stream, paused }: { stream: MediaStream; paused: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const levels = useRef<number[]>([]);
  useEffect(() => {
    if (paused) return;
    const meter = meterLevel(stream);
    const still = calm();
    let frame = 0;
    let lastMs = 0;
    const tick = (nowMs: number) => {
      frame = requestAnimationFrame(tick);
      if (nowMs - lastMs < (still ? 500 : barMs) || !canvas.current) return;
      lastMs = nowMs;
      const level = meter.read();
      // Spread over the whole width, a level is a line that swells: no movement across the eye.
      levels.current = still ? Array.from({ length: 400 }, () => level) : [...levels.current.slice(-400), level];
      draw(canvas.current, levels.current);
    };
    frame = requestAnimationFrame(tick);
    return () => {
      cancelAnimationFrame(frame);
      meter.close();
    };
  }, [stream, paused]);
  return (
    <div aria-hidden="true">
      <canvas ref={canvas} className="waveform" />
    </div>
  );
}
