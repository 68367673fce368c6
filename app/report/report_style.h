#pragma once
// How the report's page looks: light and dark, narrow and wide, on paper.

#include <string_view>

namespace tritutor {

inline constexpr std::string_view report_style = R"(
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--quiet:#59636e;--box:#f3f5f8;--edge:#d1d9e0;--link:#0a58ca;
--good:#116329;--bad:#a40e26;--more:#dafbe1;--less:#ffebe9}
@media(prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--quiet:#9aa4af;--box:#161b22;--edge:#363d47;
--link:#78b0ff;--good:#56d364;--bad:#ff8b85;--more:#12341d;--less:#48171c}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:64em;margin:0 auto;padding:0 1em}
h1{margin:.8em 0 .2em;font-size:1.7em}h2{margin:2em 0 .6em;padding-bottom:.2em;border-bottom:1px solid var(--edge)}
h3{margin:1.6em 0 .4em}a{color:var(--link)}
nav a{display:inline-block;padding:.35em 0;margin-right:1.2em}
.skip{position:absolute;left:-99em}.skip:focus{left:1em;top:.5em;background:var(--paper);padding:.4em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.wide{overflow-x:auto}figure{margin:1em 0}figure svg{max-width:100%;min-width:36em;height:auto}
table{border-collapse:collapse;width:100%}
td,th{border:1px solid var(--edge);padding:.35em .6em;text-align:left;vertical-align:top}
thead th{background:var(--box)}tbody th{font-weight:600}
td p{margin:.3em 0 0;color:var(--quiet)}
td:nth-child(2){white-space:nowrap}td:last-child{min-width:12em}
tr.pass td:nth-child(3){color:var(--good);font-weight:600}tr.fail td:nth-child(3){color:var(--bad);font-weight:600}
progress{width:100%;min-width:7em;height:1em;accent-color:var(--good)}
dl{display:flex;flex-wrap:wrap;gap:.3em 2em;margin:.4em 0 .8em}dt{color:var(--quiet);font-size:.85em}dd{margin:0}
table:has(details) td:last-child{width:60%;max-width:0}
summary{cursor:pointer;color:var(--link);padding:.2em 0}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}code{background:var(--box);padding:.1em .25em}
pre{background:var(--box);border:1px solid var(--edge);padding:.6em .8em;overflow-x:auto;line-height:1.4;margin:.4em 0}
pre code{background:none;padding:0}
pre ins,pre del{text-decoration:none;display:inline-block;min-width:100%}
pre ins{background:var(--more)}pre del{background:var(--less)}
.explain{border-left:4px solid var(--edge);padding-left:1em}
footer{color:var(--quiet);margin-top:3em;padding-bottom:2em}
@media(max-width:40em){td,th{padding:.3em .4em}td:nth-child(2){white-space:normal}
table:has(details) thead{position:absolute;left:-99em}
table:has(details),table:has(details) tbody{display:block}
table:has(details) tr{display:block;border:1px solid var(--edge);margin-bottom:.6em;padding:.3em .5em}
table:has(details) :is(tbody th,tbody td){display:inline-block;border:0;padding:.1em .5em .1em 0}
table:has(details) tbody td:last-child{display:block;width:auto;min-width:0;max-width:100%}
table:has(details) tbody th::before{content:"Attempt "}}
@media print{nav,.skip{display:none}body{font-size:11pt}pre{white-space:pre-wrap}.wide{overflow:visible}
figure svg{min-width:0}article,tr{break-inside:avoid}h2,h3{break-after:avoid}}
)";

}  // namespace tritutor
