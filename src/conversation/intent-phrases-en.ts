import { type IntentPhrases, opening, within } from './intent-phrase.ts';

export const intentPhrasesEn: IntentPhrases = {
  stop: opening(
    "(?:please |can we |could we |may we |let's |let us |we can |we should |i want to |i wanna |i'd like to |i would like to |i need to |i have to )(?:just )?(?:end|stop|finish|quit|wrap up|conclude)(?: (?:here|now|there|it|this|up|then|please|for today|for now|(?:the|this) (?:interview|session|conversation|call)))*$",
    '(?:end|stop|finish|quit) (?:the|this|our) (?:interview|session|conversation|call)',
    '(?:good)?bye(?: bye)?$',
    '(?:i have to|i need to|i must|i want to) (?:go|leave)(?: now)?$',
  ),
  leavesRole: opening(
    '(?:you (?:must|should|can|will) |now |and )?(?:ignore|disregard|forget|override|bypass) .{0,40}(?:instructions?|prompts?|rules?|guidelines?|everything|above)',
    '(?:and )?(?:now )?(?:just )?(?:can you |could you |will you )?(?:(?:tell|give|show|read) me|reveal|print|show|repeat) (?:\\S+ ){0,4}(?:scores?|grades?|points|rating|evaluation|marks|instructions|system prompt|prompt)',
    "(?:what is|what are|what was|what's) (?:my|the|your) (?:\\S+ )?(?:score|grade|rating|evaluation|instructions|prompt)",
    'how (?:did|am|was) i (?:do|doing)(?: so far| today| overall| in this interview)?$',
    '(?:from now on )?you are (?:now|no longer|not an? (?:interviewer|recruiter))',
    'from now on you',
    '(?:pretend|act|behave|roleplay|role-play) (?:to be|as|like|you)',
    '(?:stop being|break character|enter developer mode|developer mode|jailbreak)',
    'are you (?:an? )?(?:real |actual )?(?:ai|a\\.i|bot|robot|machine|human|person|chatgpt|language model)',
    'system ?(?:message|prompt|override|:)',
  ),
  repeat: opening(
    '(?:could|can|would|will) you (?:please |kindly |just )?(?:repeat|rephrase|reformulate|say (?:that|it|this)|ask (?:that|it|me that)|(?:clarify|explain)(?: (?:that|it|this|the question|what you mean))?(?: again| please)?$)',
    '(?:please )?(?:repeat|rephrase)(?: (?:that|it|this|the question|your question))',
    '(?:please )?say (?:that|it) again',
    "what (?:was|is|were) (?:the|your) question|what did you (?:say|ask)|what's the question",
    "i (?:didn't|did not|couldn't|could not) (?:quite |really )?(?:hear|catch|get|understand) (?:that|you|it|the question|your question|what you)",
    'pardon|come again|say again|excuse me$|once more(?: please)?$',
  ),
  asks: opening(
    '(?:can|could|may) i ask(?= )',
    'what (?:do|did|exactly do) you mean',
    '(?:do|are|can|could|would|will) you(?= )',
    'should i(?= )',
    'do you want me',
    'i have a question',
  ),
  think: opening(
    "(?:let me|i need to|i have to|i'd like to|can i|could i|may i|i'll|i will|i must)(?: just| quickly)? (?:think|reflect|consider|collect my thoughts|gather my thoughts|see)(?: (?:about|of|it|that|this|for|a|an|one|second|moment|minute|good|example|please))*$",
    '(?:please )?(?:just )?(?:give me|i need|can i have|could i have|may i have|can i take|could i take|let me take|let me have) (?:just )?(?:a|an|one|another|some|two|a few|a couple of) (?:more |quick )?(?:seconds?|secs?|moments?|minutes?|bit|time)',
    '(?:just )?(?:a|one) (?:second|sec|moment|minute)(?: please)?$',
    "(?:hold on|bear with me|i'm thinking|i am thinking|still thinking|thinking)",
  ),
  unknown: opening(
    "i (?:really |honestly |just )?(?:don't|do not) (?:really |actually )?know(?: (?:it|that|this|the answer|what to say|how to answer(?: that| this)?|either|much about it))?$",
    "(?:i have |i've )?(?:really )?no (?:idea|clue|answer)",
    "(?:i'm|i am) not sure(?: how to answer(?: that)?)?$",
    "i (?:can't|cannot|can not|couldn't) (?:answer|think of|recall|remember|say)(?: .{0,40})?$",
    "(?:let's |can we |could we |i'd like to |please )?(?:skip|pass)(?: (?:on )?(?:it|this|that)(?: one| question)?| the question)?$",
    '(?:the )?next question(?: please)?$',
    'nothing comes to mind',
  ),
  reports: within('said', 'told', 'says', 'asked', 'replied', 'answered', 'wrote', 'shouted', 'like'),
};
