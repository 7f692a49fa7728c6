-- Messages that are given up leave nothing behind, and connections that vanish harm no other.
-- miltertest keeps the text of error() to itself.
local function fail(text)
  mt.echo(text)
  error(text)
end

for state = 1, 5 do
  local conn = mt.connect(socket, 40, 0.25)
  if conn == nil then fail("mt.connect() failed") end
  if mt.conninfo(conn, "mail.elsewhere.example", "198.51.100.7") ~= nil then fail("mt.conninfo() failed") end
  if mt.helo(conn, "mail.elsewhere.example") ~= nil then fail("mt.helo() failed") end
  if state > 1 then mt.mailfrom(conn, "<other@elsewhere.example>") end
  if state > 2 then mt.rcptto(conn, "<bert@mailbox.example>") end
  if state > 3 then mt.header(conn, "Subject", " spam-marker-seven") end
  if state > 4 then
    mt.eoh(conn)
    mt.bodystring(conn, "spam-marker-seven\r\n")
  end
  if mt.abort(conn) ~= nil then fail("mt.abort() failed") end
  mt.mailfrom(conn, "<sender@elsewhere.example>")
  mt.rcptto(conn, "<anna@mailbox.example>")
  mt.header(conn, "Subject", " Meeting")
  mt.eoh(conn)
  mt.bodystring(conn, "the meeting is on Monday at ten\r\n")
  if mt.eom(conn) ~= nil then fail("mt.eom() failed after state " .. state) end
  if mt.getreply(conn) ~= SMFIR_CONTINUE then fail("not continued after state " .. state) end
  if mt.eom_check(conn, MT_HDRINSERT, "X-Spam") then fail("an aborted message counted, state " .. state) end
  mt.disconnect(conn, state % 2 == 0)
end

-- An old mail server: version 2, no steps to leave out.
local conn = mt.connect(socket, 40, 0.25)
if mt.negotiate(conn, 2, 63, 127) ~= nil then fail("mt.negotiate() failed") end
if mt.conninfo(conn, "mail.elsewhere.example", "unspec") ~= nil then fail("mt.conninfo() failed") end
if mt.helo(conn, "mail.elsewhere.example") ~= nil then fail("mt.helo() failed") end
mt.mailfrom(conn, "<sender@elsewhere.example>")
mt.rcptto(conn, "<anna@mailbox.example>")
mt.header(conn, "Subject", "Meeting")
mt.eoh(conn)
mt.bodystring(conn, "spam-marker-seven\r\n")
if mt.eom(conn) ~= nil then fail("mt.eom() failed with version 2") end
if not mt.eom_check(conn, MT_HDRINSERT, "X-Spam") then fail("version 2: not marked") end
mt.disconnect(conn)
