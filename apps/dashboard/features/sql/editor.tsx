'use client'
import {useEffect, useImperativeHandle, useRef, type Ref} from 'react'
import {Compartment, EditorState, Prec} from '@codemirror/state'
import {EditorView, keymap} from '@codemirror/view'
import {editorBasics} from './editor-basics.ts'
import {language, type Catalog} from './editor-language.ts'

export type EditorHandle = {
  /** The selection, or everything. */
  chosen(): {readonly text: string; readonly from: number}
  select(from: number, to: number): void
  insert(text: string): void
  replace(text: string): void
}

type EditorProps = {
  readonly handle: Ref<EditorHandle>
  readonly start: string
  readonly catalog: Catalog | undefined
  readonly onChange: (text: string) => void
  readonly onRun: (text: string, from: number) => void
}

const chosenIn = ({state}: EditorView): {readonly text: string; readonly from: number} => {
  const {from, to, empty} = state.selection.main
  return empty ? {text: state.doc.toString(), from: 0} : {text: state.sliceDoc(from, to), from}
}

/** The script's text. Tab leaves it, as everywhere else on the page; Enter takes a completion. */
export function Editor({handle, start, catalog, onChange, onRun}: EditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const sql = useRef(new Compartment())
  const latest = useRef({onChange, onRun})
  useEffect(() => {
    latest.current = {onChange, onRun}
  })

  useEffect(() => {
    if (!host.current) return undefined
    const run = (of: EditorView): boolean => {
      const {text, from} = chosenIn(of)
      latest.current.onRun(text, from)
      return true
    }
    const created = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: start,
        extensions: [
          Prec.highest(keymap.of([{key: 'Mod-Enter', run}])),
          editorBasics,
          sql.current.of(language(undefined)),
          EditorView.updateListener.of(update => update.docChanged && latest.current.onChange(update.state.doc.toString())),
        ],
      }),
    })
    view.current = created
    return () => created.destroy()
  }, [start])

  useEffect(() => view.current?.dispatch({effects: sql.current.reconfigure(language(catalog))}), [catalog, start])

  useImperativeHandle(handle, () => ({
    chosen: () => (view.current ? chosenIn(view.current) : {text: '', from: 0}),
    select(from, to) {
      const length = view.current?.state.doc.length ?? 0
      view.current?.dispatch({selection: {anchor: Math.min(from, length), head: Math.min(to, length)}, scrollIntoView: true})
      view.current?.focus()
    },
    insert(text) {
      view.current?.dispatch(view.current.state.replaceSelection(text))
      view.current?.focus()
    },
    replace(text) {
      view.current?.dispatch({changes: {from: 0, to: view.current.state.doc.length, insert: text}})
      view.current?.focus()
    },
  }))
  return <div ref={host} className="text-[13px]" />
}
