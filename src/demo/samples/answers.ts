/** What the sample candidate says, in the order of the recordings, and the container each one comes in. */
export const sampleAnswers = [
  {
    file: 'answer-1-background.mp3',
    words:
      'I have built backend systems for six years, the last four at Brightline, where I led the shipment tracking project. ' +
      'When I joined, a tracking query took nine seconds. I rewrote the slow queries and added the right indexes, and the ' +
      'time dropped to 300 milliseconds for 40,000 customers. I learned to measure before I change anything, and this job ' +
      'asks for exactly that experience.',
  },
  {
    file: 'answer-2-technical.wav',
    words:
      'In my last project I used PostgreSQL for a booking system. The hard part was growth, since reports slowed down the ' +
      'checkout. I considered a second database, but I chose partitions by month instead, because they need no new server. ' +
      'I tested them on a copy of production, and we watched the dashboards for two weeks. As a result, reports ran eight ' +
      'times faster, and checkout errors fell by 70 percent.',
  },
  {
    file: 'answer-3-disagreement.webm',
    words:
      'Last year a colleague wanted to split our service into six parts, and I thought that was too early. I listened to his ' +
      'reasons first, and then I suggested a small experiment. Together we measured both versions for one week. The simple ' +
      'one answered 35 percent faster, so we kept it, and the team agreed on what would make us split it later. I learned ' +
      'that numbers settle a debate better than opinions do.',
  },
  {
    file: 'answer-4-first-week.m4a',
    words:
      'First I would ask my manager and three colleagues what hurts most, because nobody sees the whole picture alone. When I ' +
      'started at Brightline, I spent two days with the support team and found that late alerts were the most urgent problem. ' +
      'I planned one small fix, explained it to everybody, and kept a rollback ready. We shipped it in my first week, and it ' +
      'saved support ten hours a week.',
  },
] as const;

/** How the sample candidate takes leave of a live interviewer, after those answers. */
export const sampleFarewell = {
  file: 'answer-5-farewell.mp3',
  words: "Thank you very much. Let's end the interview here.",
} as const;
