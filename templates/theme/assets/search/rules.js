// Generated from builder/signature by `make generate`; tests/test_generated.py compares it.
export default {
 "version": 1,
 "rules": [
  [
   "ansi",
   "\\x1b\\[[0-?]*[ -/]*[@-~]",
   ""
  ],
  [
   "title",
   "\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)?",
   ""
  ],
  [
   "control",
   "[\\x00-\\x08\\x0b-\\x1f\\x7f]+",
   ""
  ],
  [
   "single quote",
   "[\u2018\u2019]",
   "'"
  ],
  [
   "double quote",
   "[\u201c\u201d]",
   "\""
  ],
  [
   "url",
   "(^|[^A-Za-z0-9_])(?:https?|ftp|file|wss?)://[^\\x00-\\x20\\\"'`<>()]*",
   "<url>"
  ],
  [
   "quoted path",
   "(\")(?:[A-Za-z]:[\\\\/]|~?/)[^\"\\n]+",
   null
  ],
  [
   "windows path",
   "(^|[^A-Za-z0-9_.\\uE000])[A-Za-z]:[\\\\/]+[^\\x00-\\x20\"'`<>|:;()\\[\\]{},*?]*",
   null
  ],
  [
   "path",
   "(^|[^A-Za-z0-9_.\\uE000~/<>])~?/[^/\\x00-\\x20\"'`<>|:;()\\[\\]{},*?]+[^\\x00-\\x20\"'`<>|:;()\\[\\]{},*?]*",
   null
  ],
  [
   "memory",
   "(^|[^A-Za-z0-9_.\\uE000])0x[0-9A-Fa-f]+(?![A-Za-z0-9_])",
   "<address>"
  ],
  [
   "uuid",
   "(^|[^A-Za-z0-9_.\\uE000])[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}(?![A-Za-z0-9_])",
   "<id>"
  ],
  [
   "date",
   "(^|[^A-Za-z0-9_.\\uE000])[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?(?![A-Za-z0-9_])",
   "<date>"
  ],
  [
   "time",
   "(^|[^A-Za-z0-9_.\\uE000])[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?(?![A-Za-z0-9_])",
   "<time>"
  ],
  [
   "hash",
   "(^|[^A-Za-z0-9_.\\uE000])(?:[0-9a-f]{16,}|[0-9A-F]{16,})(?![A-Za-z0-9_])",
   "<id>"
  ],
  [
   "number",
   "(^|[^A-Za-z0-9_.\\uE000])[0-9]+(?:[.][0-9]+)*(?:e[+-]?[0-9]+)?(?:[num]?s|[kKMGT]i?B|%)?(?![A-Za-z0-9_])",
   "<n>"
  ],
  [
   "value in single quotes",
   "(=)'[^'\\n]*'",
   "<value>"
  ],
  [
   "value in double quotes",
   "(=)\"[^\"\\n]*\"",
   "<value>"
  ],
  [
   "space",
   "[ \\t]+",
   " "
  ]
 ],
 "folders": [
  "/site-packages/",
  "/dist-packages/"
 ],
 "entities": {
  "lt": "<",
  "gt": ">",
  "quot": "\"",
  "amp": "&",
  "apos": "'",
  "nbsp": " ",
  "#39": "'",
  "#x27": "'",
  "#34": "\"",
  "#x22": "\"",
  "#60": "<",
  "#62": ">",
  "#32": " ",
  "#10": " "
 },
 "prefixes": [
  "^[ ]?(?:>[ ]?)+",
  "^\\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[ ]?[+-][0-9]{2}:?[0-9]{2})?\\]?[ ]?",
  "^[^\\t\\n]{1,120}\\t[^\\t\\n]{1,120}\\t\\ufeff?(?=[0-9]{4}-[0-9]{2}-[0-9]{2}T)",
  "^\\[?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?\\]?[ ]",
  "^[A-Z][a-z]{2}[ ]{1,2}[0-9]{1,2}[ ][0-9]{2}:[0-9]{2}:[0-9]{2}[ ]",
  "^[A-Za-z0-9_.\\-]{1,64}[ ][A-Za-z0-9_.\\-/@]{1,64}\\[[0-9]{1,9}\\]:[ ]",
  "^[A-Za-z0-9][A-Za-z0-9_.\\-/]{0,80}[ ]{0,40}\\|(?:[ ]|$)",
  "^\\[pod/[^\\]\\n]{1,200}\\][ ]",
  "^#[0-9]{1,6}[ ][0-9]{1,9}\\.[0-9]{1,9}[ ]",
  "^##\\[[a-z]{1,20}\\]|^::[a-z]{1,20}[^:\\n]{0,200}::",
  "^INTERNALERROR>(?:[ ]|$)",
  "^E(?:[ ]{1,12}|$)",
  "^(?:FAILED|ERROR)[ ][^ \\n]{1,400}[ ]-[ ]",
  "^(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|ERR|CRITICAL|FATAL|SEVERE|debug|info|warning|warn|error|critical|fatal):[A-Za-z0-9_.\\-]{1,80}:",
  "^(?:-[ ])?[A-Za-z_][A-Za-z0-9_.\\-]{0,80}[ ]{1,20}[-|:]?[ ]?(?=\\[?(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|ERR|CRITICAL|FATAL|SEVERE|debug|info|warning|warn|error|critical|fatal)\\]?[ ])",
  "^\\[?(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|ERR|CRITICAL|FATAL|SEVERE|debug|info|warning|warn|error|critical|fatal)\\]?[ ]{0,10}(?:[:|\\-][ ]|[ ](?=[ ]?[A-Z\\[]))",
  "^\\[(?!Previous |Errno )[A-Za-z0-9_.:,\\-/ ]{1,80}\\][ :]",
  "^</?(?:a|b|blockquote|br|code|dd|div|em|i|li|p|pre|samp|section|span|strong|td|tr|tt)(?:[ ][^<>\\n]{0,200})?>",
  "^[ ]{0,80}(?:[|\\u2502\\u2503\\u00d7\\u2570][\\u2500]?>?)(?:[ ]|$)",
  "^[ ]{0,80}\\+(?=[ ]Exception Group)[ ]"
 ],
 "suffix": "</(?:a|b|blockquote|br|code|dd|div|em|i|li|p|pre|samp|section|span|strong|td|tr|tt)>$|<br ?/?>$|[\\u2502\\u2503]$",
 "longestLine": 4000,
 "word": "[A-Za-z_\\u00aa-\\u1fff\\u2c00-\\u2fff\\u3040-\\ud7ff][A-Za-z0-9_\\u00aa-\\u1fff\\u2c00-\\u2fff\\u3040-\\ud7ff]*",
 "quoted": "['`\\\"]([A-Za-z0-9_.]{1,200})['`\\\"]",
 "longestWord": 64,
 "endings": [
  [
   "ies",
   "y",
   5
  ],
  [
   "sses",
   "ss",
   6
  ],
  [
   "ing",
   "",
   6
  ],
  [
   "ed",
   "",
   5
  ],
  [
   "s",
   "",
   4
  ]
 ],
 "generic": "a an and are argument arguments array as assert assertion assertionerror at attempt attribute attributeerror available bad base be because been bool breaks broken but by bytes call callable called calling can cannot cause character class code command compatible could crash crashes current data decode default deprecated deprecationwarning dict did directory does doesn don dtype during e element elements empty encode end error errors except exception exist exists expect expected fail failed fails failure false file filename files float for format found frame from func function futurewarning g get gets given got has hashable have i if implemented import importerror in index indexerror indices init input instance instances instead int integer invalid ioerror is isn it item items iter iterable iterator k key keyerror keys keyword kwargs length level like line list lookuperror may mean memory memoryerror message method mismatch missing module modulenotfounderror modules more must n name named nameerror names no none nonetype not notimplemented notimplementederror null number numbers obj object objects of on one only open operand operation option or oserror out output package parameter parameters parse pass path permission please position positional possible property provided python raise raised range read recursion recursionerror required requires result return run runtime runtimeerror runtimewarning s see self sequence set shape should size some specified stopiteration str string subscriptable such support supported supports syntax syntaxerror systemexit t takes than that the there this to too traceback true try tuple type typeerror types unable unexpected unhashable unicode unicodedecodeerror unicodeencodeerror unknown unpack unsupported use used user userwarning using v valid value valueerror values variable version warn warning was were what when where which while will with without wrong x y yield you your z zero zerodivisionerror",
 "builtin": "bool builtin_function_or_method bytearray bytes call class cls complex coroutine dict false float frozenset function generator init int list method module new none nonetype object property range self set slice str super true tuple type",
 "seen": "(^|[^A-Za-z0-9_.])([A-Za-z][A-Za-z0-9_.]{0,50}(?:-[A-Za-z][A-Za-z0-9_.]{0,30}){0,4})(?:[ ]{0,2}==[ ]{0,2}|[ @-]|[ ]v|[ ]{2,60})([0-9]{1,4}(?:[.][0-9]{1,9}){1,4}(?:(?:a|b|rc|[.]post|[.]dev)[0-9]{1,9})?)(?![0-9A-Za-z_])",
 "pythonPath": "[Pp]ython([23])[.]?([0-9]{1,2})(?=[/\\\\])",
 "release": "^v?(?:([0-9]+)!)?([0-9]+(?:[.][0-9]+)*)[-_.]?(?:(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?(?:[-_.]?(post|rev|r)[-_.]?([0-9]*))?(?:[-_.]?(dev)[-_.]?([0-9]*))?(?:[+][a-z0-9.]*)?$",
 "clause": "^(===|~=|==|!=|<=|>=|<|>)[ ]*([^ ,]+)$",
 "told": [
  "after",
  "and",
  "before",
  "from",
  "in",
  "of",
  "or",
  "requires",
  "since",
  "than",
  "to",
  "until"
 ],
 "patterns": {
  "frame": "File \"([^\"\\n]+)\"(?:, line [0-9]+)?(?:,? in ([^\\n]+))?",
  "ipython": "^[ ]*File ([^ \\\"\\n][^\\n]{0,400}?):[0-9]+(?:, in ([^\\n(]+)|$)",
  "ipython old": "^(~?[^ \\n]+[.]pyx?) in ([A-Za-z_<][A-Za-z0-9_<>]*)",
  "pytest": "^[ ]*((?:[A-Za-z]:)?[^:\\n<>]{1,400}[.]pyx?):[0-9]+:(?: in ([^\\n]+)|[ ]*([A-Za-z_][A-Za-z0-9_.]*)?)$",
  "rich": "^[ ]*((?:[A-Za-z]:)?[^:\\n]{1,400}[.]pyx?):[0-9]+ in(?: ([^\\n]+))?$",
  "def": "^[ ]*(?:async )?def ([A-Za-z_][A-Za-z0-9_]*)\\(",
  "member": "^[ ]*\\+[-+]+ (?:[0-9]+|[.]{3}) -+$",
  "warning": "^[ ]*((?:[A-Za-z]:)?[^:\\n]{1,400}[.]py):[0-9]+: ([A-Za-z_][A-Za-z0-9_]*(?:[.](?:[A-Za-z_][A-Za-z0-9_]*|<locals>))*): ([^\\n]*)$",
  "head": "^([A-Za-z_][A-Za-z0-9_]*(?:[.](?:[A-Za-z_][A-Za-z0-9_]*|<locals>))*)(?:: ([^\\n]*)|:?)$",
  "known": "^(?:[A-Za-z_][A-Za-z0-9_]*[.])*(?:<locals>[.])?[A-Za-z0-9_]*(?:Error|Exception|Warning|ExceptionGroup|Exit|Interrupt|Iteration|Failure|Failed|Fault|Timeout|DoesNotExist|NotFound|Invalid[A-Za-z]*)$",
  "dotted": "^[a-z_][A-Za-z0-9_]*(?:[.][A-Za-z_][A-Za-z0-9_]*)*[.][A-Z][A-Za-z0-9_]*$",
  "raised": "(?:Error|Exception|Warning|Interrupt|Exit)(?:: |\\()",
  "script": "^[ \\t]*at [^\\n]*[:(][0-9a-z<]",
  "django": "^Exception (Type|Value):[ ]*([^\\n]*)$",
  "source": "^[ ]*(?:-+> ?[0-9]+|[0-9]+|\\u2771) |^[ ]*[\\^~]+[ ]*$|^>[ ]{3}",
  "ruler": "^[^A-Za-z]*$"
 },
 "placeholder": "\\{[a-z_][a-z0-9_]*\\}",
 "warns": "rror|xception|arning|ail|annot|ould not|nable to|nvalid|issing|fatal|denied|ot found|No |no |nexpected|Unsupported|unsupported",
 "limits": {
  "MOST_EXCEPTIONS": 64,
  "MOST_FRAMES": 200,
  "MOST_LINES": 400,
  "SUMMARY": 8,
  "MOST_TERMS": 48,
  "MOST_HEADS": 8,
  "MOST_FRAMES_ASKED": 10,
  "TYPED_LINES": 3,
  "TYPED_WORDS": 40,
  "FORMAT": 1,
  "HASH": 6,
  "COMPLETED": 8,
  "SHORTEST": 3,
  "LIMIT": 8,
  "MOST_CHAINS": 6,
  "MOST_CHUNKS": 8,
  "MOST_COMMON": 6000,
  "LEAST_SHARE": 30,
  "STEP": 1.0905077326652577,
  "STRONG": 6,
  "ENOUGH": 3,
  "MANY": 2,
  "LEAST_COVERAGE": 34,
  "WHOLE": 80,
  "LEAST_LIKENESS": 50,
  "LEAST_WORDS": 50
 }
};
