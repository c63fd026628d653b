import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Guest } from '../../support/server-process.ts';
import { exchange } from '../../uploads/support/exchange.ts';
import { recordingForm } from '../../uploads/support/forms.ts';
import { breach, type Claim } from './claim.ts';
import type { DoomedServer, Spoken } from './doomed-server.ts';

export interface Upload {
  path: string;
  spoken: Spoken;
  /** The same for every try; null for uploads that are not sent again. */
  key: string | null;
  fileName: string;
}

/** Sends a form; its cut, if there is one, stops it on its way. Rejects when no answer came, or one other than 201. */
export async function send(doomed: DoomedServer, guest: Guest, { path, spoken, key, fileName }: Upload) {
  const { url, died } = doomed;
  const form = recordingForm(spoken.bytes, fileName);
  const cut = doomed.uploadCut;
  doomed.uploadCut = null;
  const headers = {
    authorization: `Bearer ${guest.token}`,
    'content-length': String(form.bytes.length),
    ...form.headers,
    ...(key && { 'idempotency-key': key }),
  };
  async function* body() {
    const part = typeof cut?.at === 'number' ? Math.floor(cut.at * form.bytes.length) : form.bytes.length;
    yield form.bytes.subarray(0, part);
    if (typeof cut?.at !== 'number') return;
    cut.reached();
    if (cut.at < 1) await died;
    yield form.bytes.subarray(part);
  }
  const answer = await exchange(url, path, { headers, body: body() });
  if (answer.status !== 201) throw new Error(`${path} was answered ${answer.status}: ${answer.body.toString()}`);
  if (cut?.at === 'answered') cut.reached();
  return answer.body;
}

const answerId = z.object({ id: z.string() });

/** Sends a recording as an answer. What comes of it is claimed, acknowledged or not, unless it is to be deleted. */
export async function record(
  doomed: DoomedServer,
  guest: Guest,
  questionId: string,
  { claimed = true } = {},
): Promise<string | null> {
  const spoken = doomed.random.of(doomed.recordings);
  const key = randomUUID();
  const upload = { path: `/upload/answers/${questionId}`, spoken, key, fileName: 'answer.mp3' };
  const post = async () => answerId.parse(JSON.parse((await send(doomed, guest, upload)).toString())).id;
  const id = await doomed.attempt('uploading an answer', post);
  if (claimed) doomed.claims.push(recorded(doomed, guest, { questionId, spoken, id, again: post }));
  return id;
}

interface Recorded {
  questionId: string;
  spoken: Spoken;
  /** Null when it was not acknowledged: then it is sent once more, as a client does. */
  id: string | null;
  again(): Promise<string>;
}

function recorded({ url, keepsSound }: DoomedServer, { viva, token }: Guest, answer: Recorded): Claim {
  const { spoken, questionId } = answer;
  return {
    what: `the recording of question ${questionId}${answer.id ? '' : ', not acknowledged'}`,
    async look() {
      answer.id ??= await answer.again();
      const { items } = await viva.answers.list.query({ questionId });
      const same = items.filter(({ kind }) => kind === 'spoken');
      if (same.length !== 1) return breach(`${same.length} answers came of one recording`);
      const kept = items.find(({ id }) => id === answer.id);
      if (!kept || (keepsSound && !kept.audio)) return breach('it is not there any more');
      if (kept.transcriptState === 'pending') return 'pending';
      if (kept.transcript !== spoken.words)
        return breach(`its transcript is ${kept.transcriptState}: ${kept.transcript}`);
      if (!keepsSound || !kept.audio) return 'holds';
      const told = await sha256Of(`${url}${kept.audio.url}`, token);
      return told === sha256(spoken.bytes) ? 'holds' : breach(`its bytes are others: ${told}`);
    },
  };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Of the bytes that are served; why there are none otherwise. */
export async function sha256Of(address: string, token: string): Promise<string> {
  const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.status === 200 ? sha256(bytes) : `status ${response.status}`;
}

/** Answers in writing; what was acknowledged is claimed. */
export async function type(doomed: DoomedServer, { viva }: Guest, questionId: string): Promise<string | null> {
  const text = `I reduced the error rate by 40 percent in May. That was ${doomed.mark()}.`;
  const answer = await doomed.attempt('answering in writing', () =>
    viva.answers.submitText.mutate({ questionId, text }),
  );
  if (!answer) return null;
  doomed.claims.push({
    what: `the written answer ${answer.id}`,
    async look() {
      const kept = await viva.answers.get.query({ answerId: answer.id });
      return kept.transcript === text ? 'holds' : breach(`it says: ${kept.transcript}`);
    },
  });
  return answer.id;
}

/** Picks a take; what was acknowledged is claimed. */
export async function choose(doomed: DoomedServer, { viva }: Guest, take: { questionId: string; answerId: string }) {
  const { questionId, answerId } = take;
  const chosen = await doomed.attempt('choosing a take', () => viva.answers.choose.mutate({ answerId }));
  if (!chosen) return;
  doomed.claims.push({
    what: `the choice of take ${answerId}`,
    async look() {
      const { rows } = await doomed.query('select chosen_answer_id from questions where id = $1', [questionId]);
      return rows[0]?.chosen_answer_id === answerId ? 'holds' : breach('another take counts');
    },
  });
}
