// steady produce
import {performance} from 'node:perf_hooks'
process.chdir('/work/main/test')
const {Engine} = await import('/work/main/packages/engine/dist/index.js')
const {startRedis} = await import('/work/main/test/support/redis.ts')
const {makeOrders} = await import('/work/main/test/bench/events.ts')
const m = await import('/work/main/test/bench/millrace.ts')
const server = await startRedis([])
const {Redis} = await import('/work/main/node_modules/ioredis/built/index.js')
const redis = new Redis(server.url)
const cpu = async()=>{const i=await redis.info('cpu'); return ['used_cpu_sys','used_cpu_user'].reduce((s,n)=>s+Number(new RegExp('^'+n+':([\\d.]+)','m').exec(i)[1]),0)}
const engine = await Engine.open({storage:{kind:'redis',mode:'standalone',url:server.url,namespace:'x'},threads:0})
await m.run(engine, m.ordersDdl(process.env.FMT))
const recs = m.asRecords(makeOrders(100000,1000))
for (let k=0;k<+(process.env.K??8);k++){const c=process.cpuUsage(),r=await cpu(),t=performance.now(); await m.produceAll(engine,'ORDERS',recs); const u=process.cpuUsage(c); console.log('node',((u.user+u.system)/100).toFixed(0),'redis',((await cpu()-r)*1e4).toFixed(0),'wall ms',(performance.now()-t).toFixed(0))}
await engine.close(); redis.disconnect(); await server.stop(); process.exit(0)
