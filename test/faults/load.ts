import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../src/conversation/events.ts';
import type { Guest, ServerProcess } from '../support/server-process.ts';
import { createServerWorld } from '../support/server-world.ts';
import { type Campaign, scaled } from './campaign.ts';
import { type Following, follow } from './following.ts';

const words = 'I led the migration of our payment service and cut its error rate by forty percent in May.';

interface Talk {
  guest: Guest;
  sessionId: string;
  followers: Following[];
}

/** 500 live subscriptions of 20 events a second, 20 conversations and an evaluation of 20 answers, all at once. */
export const loadCampaign: Campaign = async (options) => {
  const conversations = scaled(20, options, 2);
  const perConversation = scaled(25, options, 3);
  const turns = scaled(3, options, 1);
  const answers = scaled(20, options, 3);
  await using world = await createServerWorld(options);
  const server = await world.start();
  const interview = await answered(server, answers);
  // A token every 50 ms is twenty events a second to each subscriber. The evaluation's replies take as long.
  world.upstream.setPace({ tokenMs: options.share < 1 ? 10 : 50 });

  options.say(`opening ${conversations * perConversation} subscriptions`);
  const talks: Talk[] = [];
  for (let each = 0; each < conversations; each++) talks.push(await openTalk(server, perConversation));
  const report = interview.guest.viva.evaluation.run.mutate({ sessionId: interview.sessionId });
  for (let turn = 1; turn <= turns; turn++) {
    options.say(`turn ${turn} of ${turns}, in ${conversations} conversations at once`);
    await Promise.all(talks.map((talk) => speak(talk, turn)));
  }
  const { evaluations, state } = await readReport(report);

  const found: string[] = [];
  if (state !== 'complete' || evaluations !== answers)
    found.push(`${evaluations} of ${answers} answers were evaluated`);
  let events = 0;
  const lags: number[] = [];
  for (const talk of talks) {
    const [first, ...others] = talk.followers.map(({ told }) => told.map(({ id }) => id));
    events += talk.followers.reduce((sum, { told }) => sum + told.length, 0);
    if (first?.some((id, index) => index > 0 && Number(first[index - 1]) >= Number(id))) {
      found.push(`events of ${talk.sessionId} came out of order or twice`);
    }
    for (const other of others) {
      if (other.join() !== first?.join()) found.push(`two subscribers of ${talk.sessionId} were told different things`);
    }
    const failed = talk.followers[0]?.told.filter(({ data }) => data.type === 'turn-failed').length ?? 0;
    if (failed > 0) found.push(`${failed} turns of ${talk.sessionId} failed`);
    lags.push(...lagsOf(talk.followers));
    for (const follower of talk.followers) await follower.leave();
  }
  lags.sort((a, b) => a - b);
  const at = (share: number) => (lags[Math.floor(share * (lags.length - 1))] ?? 0).toFixed(0);
  return {
    campaign: 'load',
    tried: `${conversations * perConversation} subscriptions, ${conversations} conversations of ${turns} turns, ${answers} answers evaluated, all at once`,
    found,
    figures: [
      `${events} events told; the last of a conversation's subscribers hears one ${at(0.5)} ms (p99 ${at(0.99)} ms) after the first`,
    ],
    left: [],
  };
};

async function openTalk(server: ServerProcess, subscribers: number): Promise<Talk> {
  const guest = await server.signIn();
  const { id: sessionId } = await guest.viva.sessions.create.mutate({
    jobDescription: 'Senior TypeScript developer for payment APIs',
    questionCount: 1,
    speakQuestions: false,
  });
  // A client each, as many pages would be: half of them over a socket.
  const followers = await Promise.all(
    Array.from({ length: subscribers }, (_, index) =>
      follow({ url: server.url, token: guest.token, live: index % 2 ? 'websocket' : 'sse' }, { sessionId }),
    ),
  );
  return { guest, sessionId, followers };
}

async function speak({ guest, sessionId, followers }: Talk, turn: number): Promise<void> {
  await guest.viva.chat.say.mutate({ sessionId, text: `${words} That was number ${turn}.` });
  await Promise.all(followers.map(({ seen }) => seen((told) => told.filter(isOver).length >= turn)));
}

const isOver = ({ data }: Following['told'][number]) => isTerminal(data);

/** Per event, how long after the first subscriber the last one heard it. */
function lagsOf(followers: Following[]): number[] {
  const [first] = followers;
  return (first?.told ?? []).map((_, index) => {
    const heard = followers.flatMap(({ told }) => told[index]?.atMs ?? []);
    return Math.max(...heard) - Math.min(...heard);
  });
}

async function answered(server: ServerProcess, questionCount: number) {
  const guest = await server.signIn();
  const { id: sessionId } = await guest.viva.sessions.create.mutate({
    jobDescription: 'Baker',
    questionCount,
    speakQuestions: false,
  });
  const questions = await guest.viva.questions.list.query({ sessionId });
  for (const { id } of questions) {
    await guest.viva.answers.submitText.mutate({ questionId: id, text: words });
    await sleep(0);
  }
  return { guest, sessionId };
}

async function readReport(running: ReturnType<Guest['viva']['evaluation']['run']['mutate']>) {
  const report = await running;
  return { evaluations: report.evaluations.length, state: report.state };
}
