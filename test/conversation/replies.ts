import type { ClauseOptions } from '../../src/conversation/clauses.ts';

/** Replies by the pieces they must fall into: joined they are the reply. */
export const replies: (ClauseOptions & { pieces: string[] })[] = [
  // The first piece is a clause, the others are sentences.
  { language: 'en', pieces: ['Thank you for that, ', 'Anna, it was clear, and it helps. ', 'What came next, then?'] },
  { language: 'en', firstClause: false, pieces: ['Thank you for that, Anna, it was clear. ', 'What came next, then?'] },
  { language: 'en', pieces: ['Yes, sure, that is right: ', 'go on.'] },
  { language: 'en', pieces: ['I liked that answer — ', 'truly — so let us go on. ', 'What came next?'] },
  { language: 'en', pieces: ['I liked that answer—', 'truly.'] },
  { language: 'en', pieces: ['I liked that answer – ', 'truly.'] },
  { language: 'en', pieces: ['Between 2019–2021 and Mon–Fri and pre- and post-launch it grew. ', 'How come?'] },
  // Joined when short.
  { language: 'en', pieces: ['Good. Yes. No. Let us go on then. ', 'Fine. Tell me more. ', 'Yes.'] },
  // Numbers, versions, times.
  {
    language: 'en',
    pieces: ['It costs $29.50 and 10,000 people pay 3.5 percent on v2.1 at 10:30. ', 'How would you grow it?'],
  },
  { language: 'en', pieces: ['The year was 2024. ', '5 people left the team. ', 'Why did they go?'] },
  { language: 'en', pieces: ['See No. 5 and fig. 3 on Jan. 5 and pp. 3. ', 'What do they show?'] },
  { language: 'en', pieces: ['You told them: no. ', 'I wonder why that was.'], firstClause: false },
  { language: 'de', pieces: ['Es waren 3,5 Millionen und 10.000 am 3. Oktober im 2. Quartal. ', 'Warum war das so?'] },
  { language: 'fr', pieces: ['Cela fait 10 000 € et 3,5 % en 2024. ', 'Pourquoi autant ?'] },
  // Abbreviations.
  {
    language: 'en',
    pieces: ['Dr. Smith and J. R. Tolkien, ', 'e.g. this one, saw the U.S. market at 9 a.m. on Monday. ', 'What then?'],
  },
  { language: 'en', pieces: ['She lives in the U.S. ', 'They asked for her. ', 'You know why.'] },
  {
    language: 'en',
    pieces: ['We met at ten a.m. ', 'Then we left for the U.S. Army base. ', 'It was Acme Inc. Berlin.'],
  },
  { language: 'en', pieces: ['They used Java, ', 'Go, Rust, Perl, etc. ', 'The rest was left to us.'] },
  { language: 'de', pieces: ['Das war z. B. Java bzw. Go und d. h. Code von Dr. Meier usw. ', 'Dann ging es weiter.'] },
  { language: 'de', pieces: ['Das war z.B. Java und u.a. Go bei der Fa. J. Meier. ', 'Wie ging es weiter?'] },
  {
    language: 'es',
    pieces: ['El Sr. García y Ud. trabajan en EE. UU. desde 2019. ', '¿Por qué se fueron? ', '¡Cuénteme más cosas!'],
  },
  {
    language: 'ar',
    pieces: ['شكرا جزيلا لك يا د. أحمد على هذا، ', 'كان واضحا. كيف بدأت العمل؟ ', 'أخبرني المزيد عن ذلك.'],
  },
  // Addresses and names.
  {
    language: 'en',
    pieces: [
      'See https://example.com/a,b?c=1. ',
      'Or write to foo@bar.co. ',
      'We use Node.js and .NET daily. ',
      'Does that suit you?',
    ],
  },
  { language: 'zh', pieces: ['请看https://example.com/a,b，', '然后告诉我你的想法。', '好吗？'] },
  // Ellipses, quotes, brackets.
  { language: 'en', pieces: ['Hmm... let me think about it... ', 'Right. So… what then… ', 'Let us move on now.'] },
  {
    language: 'en',
    pieces: [
      'She asked "Really so?" ',
      'and left the room. ',
      '"I see that now." ',
      '(He did not at all.) ',
      'What next?',
    ],
  },
  { language: 'de', pieces: ['Er sagte „Das geht so nicht.“ ', '»Doch, das geht sehr gut.« ', 'Was war dann?'] },
  { language: 'fr', pieces: ['Il a dit alors : ', '« Bonjour à tous. » ', 'Puis il est parti ! ', 'Vraiment ?'] },
  // Markdown, lists, line breaks.
  {
    language: 'en',
    pieces: [
      '**Well done so far.** ',
      '*Next question:* what is **your** plan?\n\n',
      '1. First of all\n',
      '2. Second one here\n',
      '- Third of them all',
    ],
  },
  { language: 'en', pieces: ['# A heading of ours\n', 'There are two points. ', '1. Speed of it. ', '2. Cost.'] },
  { language: 'en', pieces: ['A line that was\nwrapped goes on here. ', 'The next.'] },
  { language: 'en', pieces: ['Look here [one, two. Three](https://x.y/a,b) for it. ', 'Will you?'] },
  { language: 'en', pieces: ['Windows lines end.\r\n\r\n', 'And they go on.'] },
  // Emoji belong to what they follow.
  { language: 'en', pieces: ['Great answer! 🎉👩‍👩‍👧 ', 'Next question, please 👍🏽. ', 'Ready 1️⃣?'] },
  // Scripts.
  {
    language: 'ja',
    pieces: [
      'はい、ありがとう、',
      'ございます。',
      '次の質問です。',
      '「本当ですか？」と聞きました。',
      '「そうです。」',
      '次に進みます…',
      'はい。',
    ],
  },
  {
    language: 'zh',
    pieces: ['谢谢你的，', '回答，很清楚。', '他说：“你好。”', '价格是1，000元和3．5元。', '还有呢？'],
  },
  { language: 'ko', pieces: ['네. 감사합니다. ', '다음 질문입니다. ', '준비되셨나요?'] },
  { language: 'th', pieces: ['สวัสดีครับ ขอบคุณที่มาวันนี้ ', 'ช่วยเล่าประสบการณ์ 10 ปี ของคุณ ที่ทำงาน'] },
  { language: 'hi', pieces: ['आपका बहुत धन्यवाद, ', 'यह बहुत ही अच्छा अनुभव था। ', 'डॉ. शर्मा ने आपको क्या बताया? ', 'ठीक।'] },
  { language: 'he', pieces: ['תודה רבה על כך, ', 'זה היה ברור מאוד. ', 'מה קרה אחר כך?'] },
  { language: 'ur', pieces: ['آپ کا بہت شکریہ، ', 'یہ بہت اچھا تھا۔ ', 'پھر کیا ہوا؟'] },
  { language: 'el', pieces: ['Σας ευχαριστώ πολύ, ', 'ήταν πολύ σαφές. ', 'Τι έγινε μετά από αυτό; ', 'Πείτε μου.'] },
  { language: 'ar', pieces: ['كيف حالك اليوم؟\u200f ', 'شكرا لك على الجواب.'] },
];

export const protectedWords = [
  ...[
    '$29.50',
    '10,000',
    '3.14',
    'v2.1',
    'e.g. this',
    'Dr. Smith',
    'U.S. market',
    '9 a.m. sharp',
    'Node.js',
    'foo@bar.co',
  ].map((word) => ({ language: 'en', word })),
  ...[
    'https://example.com/a,b?c=1',
    'J. R. R. Tolkien',
    'St. John',
    'No. 5',
    'C++',
    '10:30',
    '👩‍👩‍👧',
    '1️⃣',
    '24/7',
    '...',
  ].map((word) => ({ language: 'en', word })),
  ...[
    '3,5 Millionen',
    'z. B. das',
    'd. h. Meier',
    'i. d. R. gut',
    '3. Oktober',
    'Nr. 5',
    '1.234,56',
    'Prof. Dr. Meier',
  ].map((word) => ({
    language: 'de',
    word,
  })),
  ...['10 000', '« Oui »', 'M. Dupont', '5 €', '3,5 %'].map((word) => ({ language: 'fr', word })),
  ...['1，000', '3．5', '10：30'].map((word) => ({ language: 'zh', word })),
];
