import {performance} from 'node:perf_hooks'
const {Engine} = await import('/work/main/packages/engine/dist/index.js')
const {startRedis} = await import('/work/main/test/support/redis.ts')
const {makeOrders} = await import('/work/main/test/bench/events.ts')
const m = await import('/work/main/test/bench/millrace.ts')
const server = await startRedis([])
const {Redis} = await import('ioredis')
const redis = new Redis(server.url)
const cpu = async()=>{const i=await redis.info('cpu'); return ['used_cpu_sys','used_cpu_user'].reduce((s,n)=>s+Number(new RegExp('^'+n+':([\\d.]+)','m').exec(i)![1]),0)}
const engine = await Engine.open({storage:{kind:'redis',mode:'standalone',url:server.url,namespace:'x'},threads:0})
await m.run(engine, m.ordersDdl(process.env.FMT as any))
const N = +(process.env.N??300000), U=+(process.env.U??1000)
await m.produceAll(engine,'ORDERS',m.asRecords(makeOrders(N,U)))
const Q:any={filter:['STREAM',(n:string)=>`CREATE STREAM ${n} AS SELECT user, amount FROM orders WHERE amount > 900;`],count:['TABLE',(n:string)=>`CREATE TABLE ${n} AS SELECT user, COUNT(*) AS n FROM orders GROUP BY user;`],tumbling:['TABLE',(n:string)=>`CREATE TABLE ${n} AS SELECT user, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY user;`]}
const [kind,q]=Q[process.env.Q??'filter']
for (let k=0;k<+(process.env.K??8);k++){const c=process.cpuUsage(),r=await cpu(),t=performance.now(); await m.run(engine,q('R'+k)); await engine.settle(); const u=process.cpuUsage(c); console.log('node',((u.user+u.system)/N*1000).toFixed(0),'redis',((await cpu()-r)/N*1e9).toFixed(0),'wall ms',(performance.now()-t).toFixed(0)); await m.run(engine,`DROP ${kind} R${k} DELETE TOPIC;`)}
await engine.close(); redis.disconnect(); await server.stop(); process.exit(0)
