import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import type { VivaClient } from '../client.ts';

export interface CheckedAudio {
  bytes: number;
  durationMs: number;
}

interface AnnouncedAudio {
  url: string;
  bytes: number;
}

const shortestMs = 500;

/** Downloads a question's audio as a browser would and throws, saying what is wrong, unless it is whole, MP3, and can be sought in. */
export async function checkQuestionAudio(client: VivaClient, audio: AnnouncedAudio): Promise<CheckedAudio> {
  const response = await client.fetchAudio(audio.url);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const contentType = response.headers.get('content-type');
  expect(response.status === 200, `it answered ${response.status} instead of 200`);
  expect(contentType === 'audio/mpeg', `it is sent as ${contentType} instead of audio/mpeg`);
  expect(bytes.length === audio.bytes, `it has ${bytes.length} bytes where ${audio.bytes} were announced`);
  expect(startsLikeMp3(bytes), 'it does not start like an MP3');
  await checkRange(client, audio.url, bytes);
  const durationMs = await durationOf(bytes);
  expect(durationMs > shortestMs, `it lasts ${Math.round(durationMs)} ms only`);
  return { bytes: bytes.length, durationMs };
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`The audio of a question is not as it should be: ${otherwise}.`);
}

/** An ID3v2 tag (id3.org), or the eleven set bits that begin an MPEG audio frame (ISO/IEC 11172-3). */
function startsLikeMp3([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  const isTag = String.fromCharCode(first, second, third) === 'ID3';
  return isTag || (first === 0xff && (second & 0xe0) === 0xe0);
}

async function checkRange(client: VivaClient, url: string, whole: Uint8Array): Promise<void> {
  const start = Math.floor(whole.length / 3);
  const end = Math.min(start + 999, whole.length - 1);
  const response = await client.fetchAudio(url, { headers: { range: `bytes=${start}-${end}` } });
  const part = Buffer.from(await response.arrayBuffer());
  expect(response.status === 206, `a request for a part of it answered ${response.status} instead of 206`);
  const said = response.headers.get('content-range');
  expect(said === `bytes ${start}-${end}/${whole.length}`, `a part of it is announced as ${said}`);
  expect(part.equals(whole.subarray(start, end + 1)), 'a part of it has other bytes than the whole');
}

/** How long a player finds that it lasts. */
export async function durationOf(bytes: Uint8Array): Promise<number> {
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  return (await input.computeDuration()) * 1000;
}
