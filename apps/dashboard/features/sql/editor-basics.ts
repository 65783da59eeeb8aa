import {closeBrackets, closeBracketsKeymap, completionKeymap} from '@codemirror/autocomplete'
import {defaultKeymap, history, historyKeymap} from '@codemirror/commands'
import {bracketMatching, HighlightStyle, syntaxHighlighting} from '@codemirror/language'
import {lintGutter, lintKeymap} from '@codemirror/lint'
import type {Extension} from '@codemirror/state'
import {drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers} from '@codemirror/view'
import {tags} from '@lezer/highlight'
import {diagnostics} from './diagnostics.ts'

/** Colours are the page's own, so that light and dark need no second theme. */
const theme = EditorView.theme({
  '&': {backgroundColor: 'transparent', color: 'var(--ink)', maxHeight: '45vh', minHeight: '11rem'},
  '&.cm-focused': {outline: '2px solid var(--accent)', outlineOffset: '-2px'},
  '.cm-scroller': {fontFamily: 'var(--font-mono, ui-monospace, monospace)', lineHeight: '1.55', overflow: 'auto'},
  '.cm-content': {padding: '10px 0', caretColor: 'var(--ink)'},
  '.cm-cursor': {borderLeftColor: 'var(--ink)'},
  '.cm-gutters': {backgroundColor: 'transparent', color: 'var(--muted)', border: 'none'},
  '.cm-activeLine': {backgroundColor: 'color-mix(in srgb, var(--raised) 55%, transparent)'},
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    overflow: 'hidden',
    color: 'var(--ink)',
  },
  '.cm-tooltip-autocomplete > ul': {fontFamily: 'inherit', fontSize: '12.5px'},
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {backgroundColor: 'var(--accent-wash)', color: 'var(--ink)'},
  '.cm-completionDetail': {color: 'var(--muted)', fontStyle: 'normal'},
  '.cm-diagnostic': {padding: '6px 10px', whiteSpace: 'pre-wrap', fontFamily: 'var(--font-sans, system-ui)'},
})

const colours = HighlightStyle.define([
  {tag: [tags.keyword, tags.operatorKeyword], color: 'var(--accent)', fontWeight: '500'},
  {tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--series-out)'},
  {tag: tags.string, color: 'var(--ok)'},
  {tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)'},
  {tag: [tags.lineComment, tags.blockComment], color: 'var(--muted)', fontStyle: 'italic'},
])

export const editorBasics: Extension = [
  theme,
  syntaxHighlighting(colours),
  lineNumbers(),
  lintGutter(),
  history(),
  drawSelection(),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({'aria-label': 'SQL script'}),
  diagnostics,
  keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
]
