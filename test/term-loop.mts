import {deploy} from './support/stores.ts'
import {ApiClient} from './support/api-client.ts'
import * as job from './e2e/syslog-job.ts'
const store=process.argv[2] as 'LMDB'|'Redis'
for(let n=0;n<14;n++){
const d=await deploy(store)
const c=new ApiClient(d.server.url)
const w=job.makeJob(7+n,{lines:6000,swipes:1600})
await job.createAll(c)
const push=c.push(job.pushInvalidUsers); await push.isOpen
const p=new job.JobProducer(c,w)
const sending=p.sendAll(20); sending.catch(()=>{})
while(p.acknowledged<200+n*50) await new Promise(r=>setTimeout(r,3))
const code=await d.server.terminate()
console.log(store,n,'exit',code)
if(code!==0){ console.log(d.server.output().slice(-3000)) }
void push.close(); await d.stop()
}
process.exit(0)
