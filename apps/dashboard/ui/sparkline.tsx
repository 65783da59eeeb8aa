'use client'
import {useEffect, useRef} from 'react'

const width = 84
const height = 20

type SparklineProps = {readonly values: readonly number[]; readonly revision: unknown; readonly colour: 'in' | 'lag'}

/** A line of up to 60 points beside the number it draws. The number is the content: readers of the screen are spared the line. */
export function Sparkline({values, revision, colour}: SparklineProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const scale = window.devicePixelRatio
    element.width = width * scale
    element.height = height * scale
    context.scale(scale, scale)
    context.strokeStyle = getComputedStyle(element).color
    context.lineWidth = 1.25
    const top = Math.max(1e-9, ...values)
    context.beginPath()
    values.forEach((value, i) => {
      const x = width - 1 - (values.length - 1 - i) * ((width - 2) / 59)
      const y = height - 2 - (value / top) * (height - 4)
      if (i === 0) context.moveTo(x, y)
      else context.lineTo(x, y)
    })
    context.stroke()
    // The list is filled in place; `revision` says when.
  }, [values, revision])
  const ink = colour === 'lag' ? 'text-series-lag' : 'text-series-in'
  return <canvas ref={canvas} aria-hidden className={`inline-block align-middle ${ink}`} style={{width, height}} />
}
