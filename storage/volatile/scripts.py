"""What Redis does in one step, in its own language: each script is carried out whole or not at all.

Below a prefix lie: `e:<place>`, an entry (value, note, when it ends), which Redis itself takes out
in time; `h:<place>`, a hold; `ends`, `sizes` and `due`, when each entry ends, how large it is, and
which are still to be told of; `totals`, the bytes of each kind and of all; `nonce`. Times are whole
milliseconds. Every script may be sent twice: the second time it finds what it did and says so.
"""

from typing import Final

# Whoever asks under another nonce than the store's has missed that the store was emptied.
OTHER_NONCE: Final = "OTHERNONCE"

_BASE: Final = """
local base, nonce, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
if redis.call('GET', base .. 'nonce') ~= nonce then
  return redis.error_reply('OTHERNONCE another nonce')
end
"""
_PARTS: Final = """
local ends, sizes, totals, due = base .. 'ends', base .. 'sizes', base .. 'totals', base .. 'due'

local function living(place)
  local told = redis.call('HGET', base .. 'e:' .. place, 'ends')
  if told and tonumber(told) > now then
    return told
  end
  return nil
end

local function weigh(place, bytes)
  redis.call('HINCRBY', totals, string.sub(place, 1, 8), bytes)
  redis.call('HINCRBY', totals, 'all', bytes)
end

local function remove(place)
  redis.call('DEL', base .. 'e:' .. place)
  redis.call('ZREM', ends, place)
  redis.call('ZREM', due, place)
  local size = redis.call('HGET', sizes, place)
  if size then
    redis.call('HDEL', sizes, place)
    weigh(place, -tonumber(size))
  end
end

local function lasts(place, last, note)
  local left = tonumber(last) - now
  redis.call('HSET', base .. 'e:' .. place, 'ends', last)
  redis.call('PEXPIRE', base .. 'e:' .. place, left)
  redis.call('ZADD', ends, last, place)
  if note ~= '' then
    redis.call('ZADD', due, last, place)
  end
  -- What tells of entries outlives them by a minute for the next sweep, and no longer.
  for _, each in ipairs({ends, sizes, totals, due}) do
    if redis.call('PTTL', each) < left + 60000 then
      redis.call('PEXPIRE', each, left + 60000)
    end
  end
end

local function write(place, value, note, last, limit)
  local size = 256 + #value + #note
  local before = tonumber(redis.call('HGET', sizes, place) or 0)
  local held = tonumber(redis.call('HGET', totals, 'all') or 0)
  if held - before + size > tonumber(limit) then
    return -1
  end
  remove(place)
  redis.call('HSET', base .. 'e:' .. place, 'value', value, 'note', note)
  redis.call('HSET', sizes, place, size)
  weigh(place, size)
  lasts(place, last, note)
  return 1
end
"""

GET: Final = f"""{_BASE}{_PARTS}
if living(ARGV[3]) then
  return redis.call('HGET', base .. 'e:' .. ARGV[3], 'value')
end
return false
"""
PUT: Final = f"""{_BASE}{_PARTS}
return write(ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7])
"""
# Nobody seals a value twice alike: who finds their own has written it.
ADD: Final = f"""{_BASE}{_PARTS}
if living(ARGV[3]) then
  return redis.call('HGET', base .. 'e:' .. ARGV[3], 'value') == ARGV[4] and 1 or 0
end
return write(ARGV[3], ARGV[4], '', ARGV[5], ARGV[6])
"""
SWAP: Final = f"""{_BASE}{_PARTS}
local last = living(ARGV[3])
local found = last and redis.call('HGET', base .. 'e:' .. ARGV[3], 'value') or ''
if found == ARGV[5] then
  return 1
end
if found ~= ARGV[4] then
  return 0
end
return write(ARGV[3], ARGV[5], '', last or ARGV[6], ARGV[7])
"""
DROP: Final = f"""{_BASE}{_PARTS}
local was = living(ARGV[3])
remove(ARGV[3])
return was and 1 or 0
"""
TOUCH: Final = f"""{_BASE}{_PARTS}
if not living(ARGV[3]) then
  return 0
end
lasts(ARGV[3], ARGV[4], redis.call('HGET', base .. 'e:' .. ARGV[3], 'note'))
return 1
"""
TOTAL: Final = f"""{_BASE}{_PARTS}
return tonumber(redis.call('HGET', totals, ARGV[3]) or 0)
"""
DUE: Final = f"""{_BASE}{_PARTS}
local found = {{}}
local last = redis.call('ZRANGEBYSCORE', due, '(' .. ARGV[2], ARGV[4], 'WITHSCORES')
for at = 1, #last, 2 do
  if string.sub(last[at], 1, 8) == ARGV[3] then
    local note = redis.call('HGET', base .. 'e:' .. last[at], 'note')
    if note then
      table.insert(found, {{last[at], last[at + 1], note}})
    end
  end
end
return found
"""
TELL: Final = f"""{_BASE}{_PARTS}
local told = {{}}
for at = 3, #ARGV, 2 do
  local last = redis.call('ZSCORE', due, ARGV[at])
  if last and last == ARGV[at + 1] then
    redis.call('ZREM', due, ARGV[at])
    table.insert(told, ARGV[at])
  end
end
return told
"""
SWEEP: Final = f"""{_BASE}{_PARTS}
local over = redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, ARGV[3])
for _, place in ipairs(over) do
  remove(place)
end
return #over
"""
TAKE: Final = f"""{_BASE}
local holder = redis.call('GET', base .. 'h:' .. ARGV[3])
if holder and holder ~= ARGV[4] then
  return 0
end
redis.call('SET', base .. 'h:' .. ARGV[3], ARGV[4], 'PX', ARGV[5])
return 1
"""
KEEP: Final = f"""{_BASE}
if redis.call('GET', base .. 'h:' .. ARGV[3]) ~= ARGV[4] then
  return 0
end
return redis.call('PEXPIRE', base .. 'h:' .. ARGV[3], ARGV[5])
"""
FREE: Final = f"""{_BASE}
if redis.call('GET', base .. 'h:' .. ARGV[3]) ~= ARGV[4] then
  return 0
end
return redis.call('DEL', base .. 'h:' .. ARGV[3])
"""
