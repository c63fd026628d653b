import { setTimeout as sleep } from 'node:timers/promises';
import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';
import { VivaRequestError } from '../../../src/client.ts';
import { isTerminal } from '../../../src/conversation/events.ts';
import type { RecordedCall } from '../../support/scripted-upstream.ts';
import type { SignedIn, Viva } from '../../support/viva.ts';
import { follow } from '../following.ts';

/** One thing that needs the vendor, and how a user sees what became of it. */
export interface Operation {
  name: string;
  /** Which of its calls meets the fault. */
  meets(call: RecordedCall): boolean;
  /** By when there must be an end, in milliseconds, whatever the vendor does. */
  deadlineMs: number;
  /** What stands around it, made while the vendor is well. */
  prepare(server: Viva, user: SignedIn): Promise<Prepared>;
}

interface Prepared {
  /** Gives `done`, or the code of the refusal that a user sees. Throws when there is no such code. */
  run(): Promise<string>;
}

/** Shorter than by default, so that what stalls is over sooner. */
export const turnSettings = {
  TURN_DEADLINE_SECONDS: '20',
  TURN_TRANSCRIPTION_SECONDS: '5',
  TURN_FIRST_TOKEN_SECONDS: '3',
  TURN_TOKEN_SECONDS: '3',
  TURN_FIRST_AUDIO_SECONDS: '3',
};
const jsonMs = 90_000;
const speechMs = 60_000;
const words = 'I led the migration of our payment service. I reduced the error rate by 40 percent in May.';
const brief = { jobDescription: 'Senior TypeScript developer for payment APIs', questionCount: 1 } as const;

const schema = (name: string) => (call: RecordedCall) => call.schemaName === name;
const endpoint = (name: RecordedCall['endpoint']) => (call: RecordedCall) => call.endpoint === name;

export const operations: Operation[] = [
  {
    name: 'questions are written',
    meets: schema('interview_questions'),
    deadlineMs: jsonMs,
    prepare: async (_, { viva }) => ({
      run: () => codeOf(viva.sessions.create.mutate({ ...brief, speakQuestions: false })),
    }),
  },
  {
    name: 'a question is spoken',
    meets: endpoint('speech'),
    deadlineMs: speechMs,
    prepare: async (_, { viva }) => ({
      async run() {
        const { id: sessionId } = await viva.sessions.create.mutate(brief);
        return settled(async () => {
          const [question] = await viva.questions.list.query({ sessionId });
          if (question?.speechState === 'ready') return 'done';
          return question?.speechState === 'failed' && question.speechError ? 'told' : null;
        });
      },
    }),
  },
  {
    name: 'an answer is transcribed',
    meets: endpoint('transcriptions'),
    deadlineMs: 121_000,
    async prepare(server, user) {
      const { questionId } = await interview(user);
      const body = await recording(server);
      return {
        async run() {
          const response = await user.fetch(`/upload/answers/${questionId}`, { method: 'POST', body });
          const { id: answerId } = z.object({ id: z.string() }).parse(await response.json());
          return settled(async () => {
            const answer = await user.viva.answers.get.query({ answerId });
            if (answer.failure) return 'told';
            return answer.transcriptState === 'pending' ? null : 'done';
          });
        },
      };
    },
  },
  judging('an answer is judged', 'answer_extraction'),
  judging('feedback is written', 'answer_narrative'),
  {
    name: 'a reply is written',
    meets: schema('text'),
    deadlineMs: 20_000,
    prepare: async (server, user) => talking(server, user, 'text'),
  },
  {
    name: 'a reply is spoken',
    meets: endpoint('speech'),
    deadlineMs: 20_000,
    prepare: async (server, user) => talking(server, user, 'text'),
  },
  {
    name: 'a turn is transcribed',
    meets: endpoint('transcriptions'),
    deadlineMs: 20_000,
    prepare: async (server, user) => talking(server, user, 'audio'),
  },
  {
    name: 'a client secret is made',
    meets: endpoint('client_secrets'),
    deadlineMs: 15_000,
    prepare: async (_, { viva }) => ({ run: () => codeOf(viva.realtime.createClientSecret.mutate({})) }),
  },
  {
    name: 'a ChatKit session is made',
    meets: endpoint('chatkit'),
    deadlineMs: 15_000,
    prepare: async (_, { viva }) => ({ run: () => codeOf(viva.realtime.createChatKitSession.mutate()) }),
  },
];

function judging(name: string, schemaName: string): Operation {
  return {
    name,
    meets: schema(schemaName),
    deadlineMs: 2 * jsonMs,
    async prepare(_, user) {
      const { sessionId, questionId } = await interview(user);
      await user.viva.answers.submitText.mutate({ questionId, text: words });
      return {
        async run() {
          const { failures } = await user.viva.evaluation.run.mutate({ sessionId });
          return failures[0]?.reason ? 'told' : 'done';
        },
      };
    },
  };
}

async function talking(server: Viva, user: SignedIn, by: 'text' | 'audio'): Promise<Prepared> {
  const { sessionId } = await interview(user);
  const body = await recording(server);
  const following = await follow({ url: server.url, token: user.token }, { sessionId });
  return {
    async run() {
      if (by === 'text') await user.viva.chat.say.mutate({ sessionId, text: words });
      else await user.fetch(`/upload/turns/${sessionId}`, { method: 'POST', body });
      await following.seen((told) => told.some(({ data }) => isTerminal(data)));
      const end = following.told.map(({ data }) => data).find(isTerminal);
      await following.leave();
      return end?.type === 'turn-failed' ? end.code : 'done';
    },
  };
}

async function interview({ viva }: SignedIn) {
  const { id: sessionId } = await viva.sessions.create.mutate({ ...brief, speakQuestions: false });
  const [question] = await viva.questions.list.query({ sessionId });
  if (!question) throw new Error('a session has questions');
  return { sessionId, questionId: question.id };
}

async function recording(server: Viva): Promise<FormData> {
  const form = new FormData();
  form.append('file', new Blob([await server.say(words)], { type: 'audio/mpeg' }), 'answer.mp3');
  return form;
}

const refusalSchema = z.object({ error: z.object({ code: z.string() }) });

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof VivaRequestError) return error.code;
    if (error instanceof TRPCClientError) return refusalSchema.parse(error.data).error.code;
    throw error;
  }
}

/** Looks until there is an end. Whoever waits too long is stopped from outside. */
async function settled(look: () => Promise<string | null>): Promise<string> {
  for (;;) {
    const end = await look();
    if (end) return end;
    await sleep(100);
  }
}
