import {afterAll, beforeAll, describe} from 'vitest'
import type {Storage} from '../../packages/engine/src/storage/port/storage.ts'
import type {StorageFixture} from './fixture.ts'
import {consumedAppendSuite} from './consumed-append.suite.ts'
import {groupStoreSuite} from './group-store.suite.ts'
import {appendIfSuite} from './log-append-if.suite.ts'
import {appendSuite} from './log-append.suite.ts'
import {logReadSuite} from './log-read.suite.ts'
import {logTrimSuite} from './log-trim.suite.ts'
import {stateStoreSuite} from './state-store.suite.ts'
import {taskCommitSuite} from './task-commit.suite.ts'
import {topicsSuite} from './topics.suite.ts'
import {wakeSuite} from './wake.suite.ts'

/** The storage contract. Every adapter runs all of it. */
export function storageSuite(adapter: string, fixture: StorageFixture): void {
  describe(`${adapter} storage`, () => {
    let opened: Storage | undefined
    beforeAll(async () => {
      opened = await fixture.open()
    })
    afterAll(async () => {
      await opened?.close()
      await fixture.dispose?.()
    })
    const storage = (): Storage => {
      if (!opened) throw new Error(`${adapter} did not open`)
      return opened
    }
    describe('topics', () => topicsSuite(storage))
    describe('append', () => appendSuite(storage))
    describe('append with offsets of a group', () => consumedAppendSuite(storage))
    describe('append if', () => appendIfSuite(storage))
    describe('read', () => logReadSuite(storage))
    describe('trim and replace', () => logTrimSuite(storage))
    describe('task commit', () => taskCommitSuite(storage))
    describe('state', () => stateStoreSuite(storage))
    describe('groups', () => groupStoreSuite(storage))
    describe('wake', () => wakeSuite(storage))
  })
}
