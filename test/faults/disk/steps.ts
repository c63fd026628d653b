import { setTimeout as sleep } from 'node:timers/promises';
import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';
import { isTerminal } from '../../../src/conversation/events.ts';
import type { Guest, ServerProcess } from '../../support/server-process.ts';
import { exchange } from '../../uploads/support/exchange.ts';
import { recordingForm } from '../../uploads/support/forms.ts';
import { follow } from '../following.ts';
import { sha256Of } from '../kill/answers.ts';

/** What a step may use. */
export interface Setting {
  server: ServerProcess;
  guest: Guest;
  /** A recording with words in it. */
  spoken: Uint8Array;
  mark(): string;
}

/** Something that writes to the disk. */
export interface Step {
  name: string;
  prepare(setting: Setting): Promise<Prepared>;
}

export interface Prepared {
  /** `done`, or the code that its user sees. Throws when there is no such code. */
  run(): Promise<string>;
  /** What is wrong with what is there now, given how it ended. */
  wrong(end: string): Promise<string | null>;
}

const refusalSchema = z.object({ error: z.object({ code: z.string() }) });
/** What an upload is answered with, as far as it is needed here. */
export const storedSchema = z.object({ audio: z.object({ url: z.string(), bytes: z.number() }) });

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof TRPCClientError) return refusalSchema.parse(error.data).error.code;
    throw error;
  }
}

export async function interview({ guest, mark }: Setting, speakQuestions = false) {
  const { id: sessionId, questions } = await guest.viva.sessions.create.mutate({
    jobDescription: `Job title: Baker of ${mark()}`,
    questionCount: 1,
    speakQuestions,
  });
  return { sessionId, questionId: questions[0]?.id ?? '' };
}

export function post({ server, guest }: Setting, path: string, bytes: Uint8Array) {
  const form = recordingForm(bytes, 'answer.mp3');
  const headers = { authorization: `Bearer ${guest.token}`, ...form.headers };
  return exchange(server.url, path, { headers, body: [form.bytes] });
}

export const uploading: Step = {
  name: 'an answer is uploaded',
  async prepare(setting) {
    const { questionId } = await interview(setting);
    const { server, guest } = setting;
    const bytes = setting.spoken;
    return {
      async run() {
        const answer = await post(setting, `/upload/answers/${questionId}`, bytes);
        return answer.status === 201 ? 'done' : answer.code();
      },
      async wrong(end) {
        const { items } = await guest.viva.answers.list.query({ questionId });
        if (items.length !== (end === 'done' ? 1 : 0)) return `there are ${items.length} answers`;
        if (end !== 'done') return null;
        const { audio } = storedSchema.parse(items[0]);
        const response = await fetch(`${server.url}${audio.url}`, {
          headers: { authorization: `Bearer ${guest.token}` },
        });
        return Buffer.from(await response.arrayBuffer()).equals(bytes) ? null : 'the stored bytes are others';
      },
    };
  },
};

export const speaking: Step = {
  name: 'a question is spoken',
  async prepare(setting) {
    let sessionId = '';
    const { viva, token } = setting.guest;
    const question = async () => (await viva.questions.list.query({ sessionId }))[0];
    return {
      async run() {
        ({ sessionId } = await interview(setting, true));
        for (;;) {
          const { speechState, speechError } = (await question()) ?? {};
          if (speechState === 'ready') return 'done';
          if (speechState === 'failed') return speechError ? 'told' : 'failed without a reason';
          await sleep(20);
        }
      },
      async wrong(end) {
        const audio = (await question())?.audio;
        if (end !== 'done') return audio ? 'it has sound all the same' : null;
        const heard = audio ? await sha256Of(`${setting.server.url}${audio.url}`, token) : 'none';
        return heard.length === 64 ? null : `its sound is ${heard}`;
      },
    };
  },
};

export const talking: Step = {
  name: 'a turn is spoken and replied to',
  async prepare(setting) {
    const { sessionId } = await interview(setting);
    const { server, guest } = setting;
    const following = await follow({ url: server.url, token: guest.token }, { sessionId, lastEventId: 0 });
    const ends = () => following.told.map(({ data }) => data).filter(isTerminal);
    return {
      async run() {
        const answer = await post(setting, `/upload/turns/${sessionId}`, setting.spoken);
        await following.seen(() => ends().length > 0);
        const [end] = ends();
        if (answer.status === 201 && end?.type === 'turn-ended') return end.audioPartial ? 'partial' : 'done';
        const code = end?.type === 'turn-failed' ? end.code : 'no end that fits';
        // Refused before it was safe, or safe and then without a reply: the code is the same for both.
        return answer.status === 201 ? code : answer.code();
      },
      async wrong(end) {
        const count = ends().length;
        await following.leave();
        if (count !== 1) return `it ended ${count} times`;
        if (end !== 'done') return null;
        const reply = following.told.map(({ data }) => data).find(({ type }) => type === 'reply-started');
        if (reply?.type !== 'reply-started') return 'there was no sound';
        const heard = await sha256Of(`${server.url}${reply.audioUrl}`, guest.token);
        return heard.length === 64 ? null : `its sound is ${heard}`;
      },
    };
  },
};

export const deleting: Step = {
  name: 'a session is deleted',
  async prepare(setting) {
    const { viva } = setting.guest;
    const { sessionId, questionId } = await interview(setting);
    await post(setting, `/upload/answers/${questionId}`, setting.spoken);
    const transcribed = async () => {
      const { items } = await viva.answers.list.query({ questionId });
      return items[0]?.transcriptState === 'done';
    };
    while (!(await transcribed())) await sleep(20);
    let left = 0;
    return {
      run: () =>
        codeOf(
          viva.sessions.delete.mutate({ sessionId }).then((deletion) => {
            left = deletion.filesLeft;
          }),
        ).then((end) => (left > 0 ? 'told' : end)),
      async wrong() {
        const end = await codeOf(viva.sessions.get.query({ sessionId }));
        return end === 'not_found' ? null : 'it is still there';
      },
    };
  },
};
