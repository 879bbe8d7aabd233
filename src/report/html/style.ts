/** The style sheet of reports: light and dark by the reader's setting, one column on a phone, ink-saving in print. */
import { FONT_FAMILY } from '../plots/canvas.js';
import { declarations } from '../plots/theme.js';

export const STYLE = `
:root{color-scheme:light dark;${declarations('light')}}
@media (prefers-color-scheme:dark){:root{${declarations('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:4rem}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 ${FONT_FAMILY};overflow-wrap:anywhere}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem .8rem;z-index:3}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{font-size:1.65rem;line-height:1.25;margin:0 0 .25rem;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:0 0 .25rem}
h3{font-size:1rem;margin:0}
.about,.lead,figcaption,.missing,.note,footer{color:var(--muted)}
.about{margin:0;font-size:.92rem}
nav{position:sticky;top:0;z-index:2;background:var(--page);border-bottom:1px solid var(--line);margin-top:1rem}
nav ul{max-width:1240px;margin:0 auto;padding:.45rem 1.25rem;list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;font-size:.9rem}
nav a{color:var(--muted);text-decoration:none;display:block;padding:.2rem 0}
nav a:hover{color:var(--ink);text-decoration:underline}
section{margin:2rem 0 2.5rem}
.lead{margin:0 0 1rem;max-width:75ch}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));align-items:stretch}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.1rem;min-width:0;margin:0}
.card.full{grid-column:1/-1}
figure.card{container-type:inline-size}
@media (min-width:760px){.card.two{grid-column:span 2}}
.verdict{border-left:5px solid var(--s6);font-size:1.05rem}
.verdict p{margin:.25rem 0 0;max-width:85ch}
.verdict.good{border-left-color:var(--good)}.verdict.bad{border-left-color:var(--bad)}.verdict.open{border-left-color:var(--warn)}
.badge{display:inline-block;font-size:.8rem;font-weight:650;border:1px solid currentColor;border-radius:99px;padding:.05rem .6rem}
.badge.good,td.good{color:var(--good)}.badge.bad,td.bad{color:var(--bad)}.badge.open,td.open{color:var(--warn)}
.tiles{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,168px),1fr));margin:1rem 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.85rem 1.1rem}
.tile dt{font-size:.85rem;color:var(--muted)}
.tile dd{margin:0}
.tile .value{font-size:1.5rem;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}
.tile .small{font-size:.85rem;color:var(--muted)}
.warnings{border-left:5px solid var(--warn)}
.warnings ul{margin:.4rem 0 0;padding-left:1.2rem}
figure h3{margin-bottom:.1rem}
figcaption{font-size:.85rem;line-height:1.45;margin-top:.5rem}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin:.2rem 0 .3rem;padding:0;list-style:none;font-size:.82rem;color:var(--muted)}
.legend svg{width:18px;height:10px;margin-right:.4rem;vertical-align:middle;display:inline-block}
.plot{display:block;width:100%;height:auto;color:var(--muted);font-family:inherit;overflow:visible}
.narrow{max-width:460px;margin:0 auto}
.medium,.wide{display:none}
@container (min-width:540px){.narrow:not(:last-of-type){display:none}.medium{display:block}}
@container (min-width:920px){.medium:not(:last-of-type){display:none}.wide{display:block}}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:100%}
caption{text-align:left;color:var(--muted);font-size:.85rem;padding-bottom:.4rem}
th,td{padding:.32rem .9rem .32rem 0;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;overflow-wrap:normal}
th:first-child,td:first-child{text-align:left}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:600;white-space:nowrap}
tbody th{font-weight:500;overflow-wrap:anywhere;min-width:8rem}
td.text,th.text{text-align:left}
td{white-space:nowrap}
td.long{white-space:normal;overflow-wrap:anywhere;min-width:14rem}
.small,td .small{font-size:.82rem;color:var(--muted)}
td .small{display:block;white-space:nowrap}
details{margin-top:.6rem;font-size:.9rem}
summary{cursor:pointer;color:var(--muted)}
details[open] summary{margin-bottom:.5rem}
pre{margin:0;white-space:pre-wrap;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.gap{height:1rem}
.missing{margin:.25rem 0;padding:0;list-style:none;font-size:.92rem}
footer{padding-bottom:2.5rem;font-size:.85rem}
@media (max-width:480px){header,main,footer{padding-left:.8rem;padding-right:.8rem}nav{position:static}nav ul{padding-left:.8rem;padding-right:.8rem}.card{padding:.85rem .8rem}}
@media print{:root{color-scheme:light;${declarations('light')};--page:#fff}body{font-size:11pt}nav,.skip,details:not([open]){display:none}.card,.tile{break-inside:avoid}section{margin:1rem 0}h2,h3{break-after:avoid}.scroll{overflow:visible}}
`.trim();
