'use client'
import {Page} from '../../ui/page.tsx'

export const SqlPage = () => <Page title="SQL">{null}</Page>
