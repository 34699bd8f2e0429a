import { describe, expect, test } from 'vitest'

import { mistakes, runbookText } from './load-fixture.ts'

const VARS = 'environments: { production: { x: a, port: "80" } }'
const SIGNAL = 'signals: { s: { http: { url: https://x.test } } }'
const MS_SIGNAL = 'signals: { s: { unit: ms, http: { url: https://x.test } } }'
const RETAG = (options: string): string =>
  `        uses: registry.retag\n        with: { repository: r, to: x, ${options} }`
const BAKE = (bake: string): string => `    bake: { ${bake} }`
const WINDOWS = 'signals: { s: { window: 5m, http: { url: "https://x.test/?since=${window}" } } }'
const VERIFY = (condition: string): string => `    verify: { must: [{ signal: s, ${condition} }] }`

const NEEDS_QUOTES = 'needs quotes here: inside { } and [ ] its braces are YAML'
const COMMENT = "#ops is read as a comment: a # after a space starts one | write '#ops'"
const ALIAS =
  'YAML anchors (&name) and aliases (*name) are not allowed | quote it if it is text; else write the value out, or use a variable: environments and ${vars.name}'

/** What is written → every mistake, as `line:column message | cure`. */
const TABLE: [what: string, text: string, expected: string[]][] = [
  // Everyday YAML.
  [
    'a bare reference in a flow map',
    runbookText({ head: VARS, with: '{ channel: ${vars.x} }' }),
    [`9:26 \${vars.x} ${NEEDS_QUOTES} | write '\${vars.x}'`],
  ],
  [
    'one with text around it',
    runbookText({ head: VARS, with: '{ channel: a-${vars.x}/b, mention: x }' }),
    [`9:26 a-\${vars.x}/b ${NEEDS_QUOTES} | write 'a-\${vars.x}/b'`],
  ],
  [
    'one in a flow map over lines',
    runbookText({ head: VARS, with: '{\n          channel: ${vars.x},\n          mention: a }' }),
    [`10:20 \${vars.x} ${NEEDS_QUOTES} | write '\${vars.x}'`],
  ],
  [
    '@ in a flow map',
    runbookText({ with: '{ channel: ops, mention: @oncall }' }),
    ["9:40 text that starts with @ needs quotes in YAML | write '@oncall'"],
  ],
  [
    '@ in a block map',
    runbookText({ with: '\n          channel: @oncall # us' }),
    ["10:20 text that starts with @ needs quotes in YAML | write '@oncall'"],
  ],
  [
    'what is bound late where a map is wanted: it can only become text',
    runbookText({ with: "'${target.sha}'" }),
    ['9:15 "with" wants a map, but this is the text "${target.sha}"'],
  ],
  ['# in a block map', runbookText({ with: '\n          channel: #ops' }), [`10:11 ${COMMENT}`]],
  ['# in a flow map', runbookText({ with: '{ channel: #ops }' }), [`9:26 ${COMMENT}`]],
  [
    'a commit that is a number',
    runbookText({ with: '{ channel: 7e12345 }' }),
    ["9:26 7e12345 is read as a number without end | quote it if it is text: '7e12345'"],
  ],
  [
    'a commit of digits only',
    runbookText({ with: '{ channel: 1234567 }' }),
    ['9:26 "channel" wants text, but 1234567 is read as a number | quote it: \'1234567\''],
  ],
  [
    'a commit with a zero in front',
    runbookText({ with: '{ channel: 0123456 }' }),
    [
      "9:26 0123456 is read as the number 123456 | quote it if it is text: '0123456'; write 123456 if it is a number",
    ],
  ],
  [
    'a version that is a number',
    runbookText({ head: 'environments: { production: { tag: 1.10 } }' }),
    ["3:36 1.10 is read as the number 1.1 | quote it if it is text: '1.10'; write 1.1 if it is a number"],
  ],
  [
    'a tab as indentation',
    'version: 1\n\tservice: a\n',
    ['2:1 a tab indents this line; YAML indents with spaces only | replace the tab by two spaces'],
  ],
  [
    'a key twice',
    'version: 1\nservice: a\nversion: 1\nprocedures: {}\n',
    [
      '3:1 "version" is given twice: on line 1 and on line 3 | remove one of them, or rename it',
      '4:1 "procedures" has no procedures',
    ],
  ],
  ['yes where text is wanted', runbookText({ with: '{ channel: yes, mention: off }' }), []],
  [
    'on where a truth value is wanted',
    runbookText({ step: RETAG('tag: t, insecure: on') }),
    ['9:57 "insecure" wants true or false, but this is the text "on" | write true'],
  ],
  [
    'true where text is wanted',
    runbookText({ with: '{ channel: true }' }),
    ['9:26 "channel" wants text, but true is read as true or false | quote it: \'true\''],
  ],
  ['an alias', runbookText({ with: '{ channel: *ops }' }), [`9:26 ${ALIAS}`]],
  ['an anchor', runbookText({ with: '{ channel: &ops x }' }), [`9:26 ${ALIAS}`]],
  [
    'a merge key',
    runbookText({ with: '{ <<: { a: 1 }, channel: x }' }),
    ['9:17 merge keys (<<) are not allowed | write the values out'],
  ],
  [
    'a tag',
    runbookText({ with: '{ channel: !important x }' }),
    ["9:26 text that starts with ! is a YAML tag, and this tag is unknown | quote it if it is text: '!…'"],
  ],
  [
    'a colon in text',
    runbookText({ with: '\n          channel: is it ok: yes?' }),
    ["10:20 a colon and a space inside the text start another map | put the whole text in quotes: '…'"],
  ],
  [
    'a line too deep',
    'version: 1\nservice: a\n procedures:\n  x: 1\n',
    [
      '3:2 this line is indented deeper than the key above, which already has a value | give both lines the same indentation',
    ],
  ],
  [
    'a colon missing',
    'version: 1\nservice a\nprocedures: {}\n',
    [
      '2:1 this line is read as a key that goes on over several lines | a colon may be missing after the key, or the indentation is off',
    ],
  ],
  [
    'two documents',
    'version: 1\n---\nversion: 1\n',
    [
      '2:1 a second YAML document starts here; a runbook is one document | put each service in a file of its own, or remove the ---',
    ],
  ],
  [
    'a directive',
    '%YAML 1.1\n---\nversion: 1\n',
    [
      '1:1 YAML directives are not allowed: they change how the rest is read | remove this line; if it is text, quote it',
    ],
  ],
  ['nothing', '# nothing yet\n', ['1:1 the runbook is empty | start from an example: rollback init']],
  ['a list', '- a\n', ['1:1 the runbook wants a map, but this is a list']],

  // The shape.
  [
    'an unknown key',
    runbookText({ head: 'deadlin: 15m' }),
    ['3:1 unknown key "deadlin" | did you mean "deadline"?'],
  ],
  [
    'an unknown option',
    runbookText({ with: '{ chanel: ops }' }),
    ['9:9 "channel" is missing | add it', '9:17 unknown key "chanel" | did you mean "channel"?'],
  ],
  [
    'no options at all',
    runbookText({ step: '        uses: slack.post' }),
    ['8:9 slack.post needs options | add with: and its options'],
  ],
  [
    'an empty value',
    runbookText({ with: '\n          channel:' }),
    ['10:11 "channel" is empty | give it a value, or remove the key'],
  ],
  [
    'a duration without a unit',
    runbookText({ head: 'deadline: 15' }),
    ['3:11 "deadline" is a duration, but 15 has no unit | write 15s for seconds, 15m for minutes'],
  ],
  [
    'two places for a secret',
    runbookText({ head: 'secrets: { k: { env: A, file: b } }' }),
    ['3:12 "k" needs exactly one of env, file, command'],
  ],
  [
    'something of a later version',
    runbookText({ head: 'notify: []' }),
    ['3:1 "notify" is not available in this version yet | remove it: nothing would look at it'],
  ],
  [
    'what stands alone, with something beside it',
    runbookText({ head: SIGNAL, tail: VERIFY('absent_for: 3m, for: 3m') }),
    [
      '10:24 entry 1 of "must" says more than one thing: absent_for, unchanged_for, change, burn_rate each stand alone',
    ],
  ],
  [
    'a trigger that says nothing of its signal',
    runbookText({ head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s }]` }),
    [
      '4:14 entry 1 of "triggers" says nothing about the signal: add one of passing, failing, failing_for, equals, is, matches, same_commit, above, below, at_least, at_most, between, absent_for, unchanged_for, change; in triggers and guards also burn_rate',
    ],
  ],
  [
    'one that says two things which each stand alone',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, above: 1, absent_for: 5m }]`,
    }),
    [
      '4:14 entry 1 of "triggers" says more than one thing: absent_for, unchanged_for, change, burn_rate each stand alone',
    ],
  ],
  [
    'words beside a group, which nobody would look at',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, for: 5m, all: [{ signal: s, above: 1 }] }]`,
    }),
    [
      '4:14 entry 1 of "triggers" says something beside all, any or not that belongs to a condition in it: move it there',
    ],
  ],
  [
    'a baseline of no time',
    runbookText({ head: 'signals: { s: { http: { url: https://x.test }, baseline: { floor: 1 } } }' }),
    ['3:48 "baseline" needs exactly one of value, offset, before_deployment'],
  ],
  [
    'a signal that is not there, for when it was deployed',
    runbookText({ head: `${SIGNAL}\nrelease: { live: { signal: s, deployed: t } }` }),
    ['4:41 there is no signal "t" | did you mean "s"?'],
  ],
  [
    'a baseline of a time that the source knows nothing of',
    runbookText({
      head: 'signals: { s: { http: { url: https://x.test }, baseline: { offset: 1d, floor: 1 } } }',
    }),
    [
      '3:48 baseline: the source http keeps no history, and cannot tell what it was before | write down what is usual: baseline: { value: … }',
    ],
  ],
  [
    'a floor below nothing',
    runbookText({
      head: 'signals: { s: { http: { url: https://x.test }, unit: ratio, baseline: { value: 1%, floor: -5% } } }',
    }),
    [
      '3:91 floor: -5% is less than nothing, and what is usual would count as it is | the least that is to count as usual: floor: 0.1%, 50ms; 0 where there is none',
    ],
  ],
  [
    'a bake that would measure the incident',
    runbookText({
      head: WINDOWS,
      tail: BAKE('for: 30m, settle: 2m, must: [{ signal: s, passing: true }]'),
    }),
    [
      '10:31 the signal "s" looks back 5m 00s, and settle is 2m 00s: the incident itself would be measured | settle: 5m, or a shorter window',
    ],
  ],
  [
    'a bake with more samples to be counted than there is time for',
    runbookText({
      head: 'signals: { s: { http: { url: https://x.test }, every: 5s } }',
      tail: BAKE('for: 40s, settle: 3s, must: [{ signal: s, passing: { count: 9, of: 10 } }]'),
    }),
    [
      '10:18 a condition on "s" looks at 40 s, and only 37 s are judged: it could never hold | make for at least 43s',
    ],
  ],
  [
    'a bake of no time at all',
    runbookText({ head: SIGNAL, tail: BAKE('for: 0s, must: [{ signal: s, passing: true }]') }),
    ['10:18 "for" has to be longer than nothing'],
  ],
  [
    'samples in a bake, which would look at the first ones only',
    runbookText({ head: SIGNAL, tail: BAKE('for: 5m, must: [{ signal: s, passing: true, samples: 3 }]') }),
    [
      '10:57 samples takes so many and no more, and a bake watches until its end | in_a_row: 3, where that many must hold one after the other; or leave it out',
    ],
  ],
  [
    'what has to last as long as verify has',
    runbookText({ head: SIGNAL, tail: VERIFY('passing: true, for: 5m') }),
    [
      '10:24 it has to see 5m 00s before it can hold, and has 5m 00s: it could never hold | within: 10m, or a condition that takes less',
    ],
  ],
  [
    'a row of samples that takes longer than verify has',
    runbookText({
      head: 'signals: { s: { http: { url: https://x.test }, every: 2m } }',
      tail: VERIFY('passing: true, in_a_row: 4'),
    }),
    [
      '10:24 it has to see 6m 00s before it can hold, and has 5m 00s: it could never hold | within: 11m, or a condition that takes less',
    ],
  ],
  [
    'a change that can be told before its whole time is over',
    runbookText({
      head: 'signals: { s: { http: { url: https://x.test }, every: 1m } }',
      tail: VERIFY('change: { over: 5m, below: 1 }'),
    }),
    [],
  ],
  [
    'one that has the time',
    runbookText({ head: SIGNAL, tail: VERIFY('passing: true, for: 5m, within: 6m') }),
    [],
  ],
  [
    'no time to hold in',
    runbookText({ head: SIGNAL, tail: VERIFY('passing: true, within: 0s') }),
    ['10:58 "within" has to be longer than nothing'],
  ],
  [
    'a change over less than a sample takes',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, change: { over: 2s, below: 0 } }]`,
    }),
    [
      '4:63 over: 2 s is less than the 5 s from one sample to the next: what it was then would never be known | over: 5s or more, or a shorter every',
    ],
  ],
  [
    'a change in a unit that the signal does not have',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, change: { over: 1m, below: 5% } }]`,
    }),
    [
      '4:74 the limit 5% does not fit the signal "s", which has no unit | give the signal unit: ratio (0.01 is 1%) or unit: percent',
    ],
  ],
  [
    'limits that exclude each other',
    runbookText({
      head: `${MS_SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, above: 1s, below: 500ms }, { id: b, severity: low, signal: s, between: [9, 1] }, { id: c, severity: low, signal: s, at_least: 3, below: 3 }]`,
    }),
    ['above: 1s and below: 500ms', 'between: [9, 1]', 'at_least: 3 and below: 3'].map(
      (limits, index) =>
        `4:${[44, 106, 160][index]} nothing that "s" can be is within ${limits}: it could never hold | leave one of them out, or exchange them; what is true of one or the other is written under any:`,
    ),
  ],
  [
    'limits that meet, both included',
    runbookText({
      head: 'signals: { s: { http: { url: https://x.test, json: $.n } } }',
      tail: VERIFY('at_least: 3, at_most: 3'),
    }),
    [],
  ],
  [
    'a status of a sample that fails, and has none',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, equals: 503 }, { id: b, severity: low, signal: s, at_least: 500 }]`,
    }),
    ['equals: 503 and what passes (200 to 299)', 'at_least: 500 and what passes (200 to 299)'].map(
      (limits, index) =>
        `4:${[44, 94][index]} nothing that "s" can be is within ${limits}: it could never hold | what does not pass fails, and has no value: write failing: true; or, for http, say what is right: expect: [{ status: 503 }]`,
    ),
  ],
  [
    'a value of a sample that fails',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, failing: true, above: 3 }]`,
    }),
    [
      '4:14 entry 1 of "triggers" says something of the value of a sample that fails, which has none: leave out failing, or the value',
    ],
  ],
  [
    'a count that is never reached',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, failing: { more_than: 10, within: 30s } }]`,
    }),
    [
      '4:47 failing: in 30 s there are 6 samples at most, one in 5 s: 11 of them there never are | a longer within, a shorter every, or fewer',
    ],
  ],
  [
    'what does not say since when it holds, and is to have held',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: medium, not: { signal: s, passing: true }, rollback_after: 1m }]`,
    }),
    [
      '4:90 rollback_after: not does not tell since when it holds | say it with a limit, or with failing: true; or make a trigger of severity high of it, with for:',
    ],
  ],
  [
    'silence that would keep from a rollback',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: low, signal: s, failing: true, unless: { signal: s, passing: true, no_data: breach } }]`,
    }),
    [
      '4:107 no_data: breach: what speaks against a rollback would hold while its source is silent | leave it out (then it is not known), or say ignore',
    ],
  ],
  [
    'a text with a unit, to be equal to',
    runbookText({
      head: 'signals: { s: { unit: ratio, http: { url: https://x.test } } }',
      tail: VERIFY('equals: 5%'),
    }),
    [
      '10:43 equals: 5% is compared as text, and "s" is a number with the unit ratio | between: [5%, 5%], at_least or at_most, which know units',
    ],
  ],
  [
    'a share of ten',
    runbookText({
      head: 'signals: { s: { unit: ratio, http: { url: https://x.test } } }',
      tail: VERIFY('below: 10'),
    }),
    ['10:42 10 of "s", which has the unit ratio, is 1000% | write 10% or, if it is meant, 1000%'],
  ],
  [
    'what is usual less than nothing',
    runbookText({ head: 'signals: { s: { http: { url: https://x.test }, baseline: { value: -3 } } }' }),
    [
      '3:67 value: -3 is less than nothing: more times as much would be less | what it usually is: value: 0.5%, 200ms; compare with a number where it can be negative',
    ],
  ],
  [
    'a unit that is a map, of a signal with limits',
    runbookText({
      head: "signals: { s: { http: { url: https://x.test }, unit: { toString: 1 }, baseline: { value: '5%' } } }",
    }),
    [expect.stringContaining('"unit"') as string],
  ],
  [
    'a count of more than there are, and a baseline in another unit',
    runbookText({
      head: [
        'signals: { s: { http: { url: https://x.test }, unit: percent, baseline: { value: 500ms } } }',
        'triggers: [{ id: t, severity: high, signal: s, failing: { count: 6, of: 5 } }]',
      ].join('\n'),
    }),
    [
      '3:82 the limit 500ms does not fit the signal "s", which has the unit percent | give the signal unit: ms or unit: s',
      '4:48 "failing" counts more than there are: count is at most of, more_than is less',
    ],
  ],
  [
    'a bake that is over before anything is judged',
    runbookText({ head: WINDOWS, tail: BAKE('for: 5m, must: [{ signal: s, passing: true }]') }),
    [
      '10:18 the bake ends after 5m 00s, and nothing is judged before 5m 00s are over (the window of "s") | make for longer than that',
    ],
  ],
  [
    'a bake with too little time for its condition',
    runbookText({
      head: WINDOWS,
      tail: BAKE('for: 30m, settle: 6m, should: [{ signal: s, passing: true, for: 25m }]'),
    }),
    [
      '10:18 a condition on "s" looks at 25m 00s, and only 24m 00s are judged: it could never hold | make for at least 31m',
    ],
  ],
  [
    'a bake without a time, on a signal that is not there',
    runbookText({ head: WINDOWS, tail: BAKE('must: [{ signal: t, passing: true }]') }),
    ['10:5 "for" is missing | add it', '10:30 there is no signal "t" | did you mean "s"?'],
  ],
  [
    'a bake whose conditions have a time of their own',
    runbookText({ head: WINDOWS, tail: BAKE('for: 30m, must: [{ signal: s, equals: x, within: 5m }]') }),
    [
      '10:54 unknown key "within" | known keys: signal, passing, failing, failing_for, equals, is, matches, same_commit, above, below, at_least, at_most, between, absent_for, unchanged_for, change, series, for, in_a_row, samples, every, no_data, on_error',
    ],
  ],
  [
    'a limit in a unit that the signal does not have',
    runbookText({ head: MS_SIGNAL, tail: VERIFY('at_least: 3%') }),
    [
      '10:45 the limit 3% does not fit the signal "s", which has the unit ms | give the signal unit: ratio (0.01 is 1%) or unit: percent',
    ],
  ],
  [
    'a trigger without a severity',
    runbookText({ head: `${SIGNAL}\ntriggers: [{ id: down, signal: s, failing: { in_a_row: 3 } }]` }),
    ['4:14 "severity" is missing | add it'],
  ],
  [
    'a trigger on a signal that is not there, and twice the same id',
    runbookText({
      head: `${SIGNAL}\ntriggers:\n  - { id: a, severity: high, signal: t, failing: true }\n  - { id: a, severity: high, any: [{ signal: s, failing: true }] }`,
    }),
    [
      '5:38 there is no signal "t" | did you mean "s"?',
      '6:11 two triggers have the id "a" | rename one of them',
    ],
  ],
  [
    'guards: a signal that is not there, an id twice, a time of which nothing is kept, nothing said',
    runbookText({
      head: [
        SIGNAL,
        'guards:',
        '  - { id: a, signal: t, passing: true }',
        '  - { id: a, signal: s, passing: true }',
        '  - { any: [{ signal: s, passing: true, for: 5m }] }',
        '  - { id: b, signal: s }',
        '  - { signal: s, passing: true, in_a_row: 3 }',
        '  - { signal: s, failing: { more_than: 2, within: 1m } }',
      ].join('\n'),
    }),
    [
      '5:22 there is no signal "t" | did you mean "s"?',
      '6:11 two guards have the id "a" | rename one of them',
      '7:41 a guard is measured in one moment, and http keeps no history: "for" would never be known | leave for out, or ask a source that keeps a history (prometheus, datadog, sentry)',
      '8:7 entry 4 of "guards" says nothing about the signal: add one of passing, failing, failing_for, equals, is, matches, same_commit, above, below, at_least, at_most, between, absent_for, unchanged_for, change; in triggers and guards also burn_rate',
      '9:33 a guard is measured in one moment, and http keeps no history: "in_a_row" would never be known | leave in_a_row out, or ask a source that keeps a history (prometheus, datadog, sentry)',
      '10:18 a guard is measured in one moment, and http keeps no history: "failing" would never be known | leave failing out, or ask a source that keeps a history (prometheus, datadog, sentry)',
    ],
  ],
  [
    'guards: an id of the runbook once more in a procedure; two procedures may use the same',
    runbookText({
      head: `${SIGNAL}\nguards: [{ id: a, signal: s, passing: true }]`,
      tail: [
        '    guards: [{ id: b, signal: s, passing: true }]',
        '  other:',
        '    steps: [{ id: say, uses: slack.post, with: { channel: ops } }]',
        '    guards:',
        '      - { id: b, signal: s, passing: true }',
        '      - { id: a, signal: s, passing: true }',
      ].join('\n'),
    }),
    ['16:15 two guards have the id "a" | rename one of them'],
  ],
  [
    'captures: no source, one that is not there, a signal that is not, an id twice, a history that nobody keeps',
    runbookText({
      head: [
        SIGNAL,
        'capture:',
        '  - { id: a }',
        '  - { id: a, htp: { url: https://x.test } }',
        '  - { id: b, signal: t }',
        '  - { id: c, http: { url: https://x.test }, over: 1h }',
        '  - { id: d, signal: s, http: { url: https://x.test } }',
        '  - { id: ../e, http: { url: https://x.test } }',
      ].join('\n'),
    }),
    [
      '5:7 it does not say what is to be kept | give one of: signal, http',
      '6:11 two captures have the id "a", and would be the same file | rename one of them',
      '6:14 unknown key "htp" | did you mean "http"?',
      '7:22 there is no signal "t" | did you mean "s"?',
      '8:45 http keeps no history | leave over out',
      '9:7 it says more than once what is to be kept | give one of: signal, http',
      '10:11 "id" ids are lower-case letters, digits and -',
    ],
  ],
  [
    'a rule against every trigger: its id is taken, it says nothing, and of a severity that there is not',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: high, signal: s, failing: true }]\nunless:\n  - { id: a, signal: s, passing: true }\n  - { id: b }\n  - { id: c, signal: t, passing: true, severity: [hihg] }`,
    }),
    [
      '6:11 two of triggers and unless have the id "a" | rename one of them',
      '7:7 entry 2 of "unless" needs exactly one of signal, all, any, not',
      '8:22 there is no signal "t" | did you mean "s"?',
      '8:51 entry 1 of "severity" must be "critical" or "high" or "medium" or "low"',
    ],
  ],
  [
    'a fix that is compared with a rollback is a time, and downtime is allowed by severity',
    runbookText({
      head: `${SIGNAL}\nfix_forward: { signal: s }\nmax_downtime: { critical: 5, low: 1h }`,
    }),
    [
      '4:24 the signal "s" is no time: it has no unit | give the signal unit: s; a person is asked for a time with ask: { question: …, type: duration }',
      '5:27 "critical" wants text, but 5 is read as a number | quote it: \'5\'',
      '5:30 unknown key "low" | known keys: critical, high, medium',
    ],
  ],
  [
    'more than usual of what has no usual',
    runbookText({
      head: `${SIGNAL}\ntriggers: [{ id: a, severity: high, signal: s, above: { times: 5, of: baseline } }]`,
    }),
    ['4:48 the signal "s" has no baseline | give it one: baseline: { value: … } or { offset: 1d, floor: … }'],
  ],
  [
    'a window that is not there',
    runbookText({ head: 'signals: { s: { http: { url: "https://x.test/?since=${window}" } } }' }),
    ['3:17 the signal "s" uses ${window} and has no window | give it one beside its source: window: 5m'],
  ],
  [
    'a condition that says nothing',
    runbookText({ head: SIGNAL, tail: VERIFY('in_a_row: 3') }),
    [
      '10:24 entry 1 of "must" says nothing about the signal: add one of passing, failing, failing_for, equals, is, matches, same_commit, above, below, at_least, at_most, between, absent_for, unchanged_for, change; in triggers and guards also burn_rate',
    ],
  ],
  [
    'a variable missing somewhere',
    runbookText({ head: 'environments: { a: { x: "1" }, b: {} }' }),
    ['3:32 environment "b" has no variable "x", but "a" has | every environment has the same variables'],
  ],

  // Names that lead nowhere.
  [
    'an unknown platform',
    runbookText({ step: '        uses: slak.post' }),
    ['8:15 there is no platform "slak" | did you mean "slack.post"?'],
  ],
  [
    'an unknown action',
    runbookText({ step: '        uses: slack.shout' }),
    ['8:15 there is no action "slack.shout" | actions: slack.post'],
  ],
  [
    'an unknown source',
    runbookText({ head: 'signals: { s: { htp: {} } }' }),
    ['3:17 unknown key "htp" | did you mean "http"?'],
  ],
  [
    'no source',
    runbookText({ head: 'signals: { s: {} }' }),
    ['3:12 the signal "s" does not say how it is measured | add one of: http'],
  ],
  [
    'an unknown signal',
    runbookText({ head: 'release: { live: { signal: version } }' }),
    ['3:28 there is no signal "version" | signals: none'],
  ],
  [
    'an unknown step',
    runbookText({ step: '        needs: [sya]\n        uses: slack.post\n        with: { channel: x }' }),
    ['8:17 there is no step "sya" | did you mean "say"?'],
  ],
  [
    'an unknown variable',
    runbookText({ head: VARS, with: "{ channel: '${vars.y}' }" }),
    ['9:26 ${vars.y} is not known | did you mean ${vars.x}?'],
  ],
  [
    'an environment variable',
    runbookText({ with: "{ channel: '${SLACK_HOOK}' }" }),
    [
      '9:26 ${SLACK_HOOK} is not known | environment variables come in as secrets: { slack_hook: { env: SLACK_HOOK } }; for a literal ${ write $${',
    ],
  ],
  [
    'a reference that is not closed',
    runbookText({ with: "{ channel: '${target' }" }),
    ['9:26 ${ without a closing } | close it; for a literal ${ write $${'],
  ],
  ['an escaped reference', runbookText({ with: "{ channel: '$${whatever}' }" }), []],

  // References where they cannot stand.
  [
    'a secret in a condition',
    runbookText({ head: `secrets: { k: { env: K } }\n${SIGNAL}`, tail: VERIFY("equals: '${secrets.k}'") }),
    ['11:43 ${secrets.k} cannot stand here | secrets may be used in the options of steps and signals only'],
  ],
  [
    'the target in a duration',
    runbookText({ tail: "    takes: '${target}'" }),
    [
      '10:12 ${target} cannot stand here | it is known only when a run starts; here, only ${vars.…} can be used',
    ],
  ],
  [
    'a variable in a name',
    runbookText({ head: `${VARS}\nservice-2: x`, step: "        uses: '${vars.x}.post'" }),
    [
      '4:1 unknown key "service-2" | did you mean "service"?',
      '9:15 ${vars.x} cannot stand here | write the value out: here the runbook must say the same for every run',
    ],
  ],

  // Values after filling in.
  [
    'a limit in percent without a unit',
    runbookText({ head: SIGNAL, tail: VERIFY('below: 1%') }),
    [
      '10:42 the limit 1% does not fit the signal "s", which has no unit | give the signal unit: ratio (0.01 is 1%) or unit: percent',
    ],
  ],
  ['a limit that fits', runbookText({ head: MS_SIGNAL, tail: VERIFY('below: 1.5s') }), []],
  [
    'a variable that is not a URL',
    runbookText({ head: VARS, step: "        uses: render.deploy-hook\n        with: { url: '${vars.x}' }" }),
    ['9:22 "url" is not a URL: write it with https:// or http://: "${vars.x}" is "a" here'],
  ],
  [
    'a variable for a number',
    runbookText({
      head: VARS,
      step: "        uses: render.deploy-hook\n        with: { url: 'https://x.test', port: '${vars.port}' }",
    }),
    [],
  ],

  // Order.
  [
    'two steps with one name',
    runbookText({ tail: '      - { id: say, uses: slack.post, with: { channel: x } }' }),
    ['10:15 step 1 and step 2 are both called "say" | rename one of them'],
  ],
  [
    'a step that waits for itself',
    runbookText({ step: '        needs: [say]\n        uses: slack.post\n        with: { channel: x }' }),
    ['8:9 steps wait for each other: say → say | remove one of these needs'],
  ],
  [
    'a cycle through an order that is not written',
    runbookText({
      step: '        needs: [late]\n        uses: slack.post\n        with: { channel: x }',
      tail: '      - { id: late, uses: slack.post, with: { channel: x } }',
    }),
    [
      '8:9 steps wait for each other: say → late → say | late has no needs and waits for all steps above it: give it needs, or move it',
    ],
  ],
]

describe('mistakes in a runbook', () => {
  test.each(TABLE)('%s', async (_, text, expected) => {
    expect(await mistakes(text)).toEqual(expected)
  })

  test('all are reported at once, the first twenty of them', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `unknown${index}: 1`).join('\n')
    const found = await mistakes(runbookText({ head: keys }))
    expect(found).toHaveLength(21)
    expect(found.at(-1)).toBe('23:1 10 more mistakes from here on | correct those above first')
  })
})
