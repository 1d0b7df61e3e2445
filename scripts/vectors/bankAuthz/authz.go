package main

import (
	"time"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

func grant(granter, grantee sdk.AccAddress, a authz.Authorization, expiration *time.Time) *authz.MsgGrant {
	msg, err := authz.NewMsgGrant(granter, grantee, a, expiration)
	check(err)
	return msg
}

func exec(grantee sdk.AccAddress, msgs ...sdk.Msg) *authz.MsgExec {
	msg := authz.NewMsgExec(grantee, msgs)
	return &msg
}

func revoke(granter, grantee sdk.AccAddress, typeUrl string) *authz.MsgRevoke {
	msg := authz.NewMsgRevoke(granter, grantee, typeUrl)
	return &msg
}

func grants() {
	w := newWorld()
	genesis := w.genesis()
	a, b, c := account(1), account(2), account(3)
	gov := authtypes.NewModuleAddress("gov")
	const sendUrl = "/cosmos.bank.v1beta1.MsgSend"
	const multiUrl = "/cosmos.bank.v1beta1.MsgMultiSend"
	at := func(seconds int) *time.Time { t := genesisTime.Add(time.Duration(seconds) * time.Second); return &t }
	generic := authz.NewGenericAuthorization
	limited := func(amount string, allowed ...sdk.AccAddress) authz.Authorization {
		return banktypes.NewSendAuthorization(coins(amount), allowed)
	}
	sendMsg := func(from, to sdk.AccAddress, amount string) *banktypes.MsgSend {
		return send(from.String(), to.String(), amount)
	}

	w.msg("exec: own message", exec(a, sendMsg(a, b, "1uusdc")))
	w.msg("exec: no grant", exec(b, sendMsg(a, b, "1uusdc")))
	w.msg("exec: no messages", exec(b))
	w.msg("grant: generic without end", grant(a, b, generic(sendUrl), nil))
	w.msg("exec: generic", exec(b, sendMsg(a, b, "2uusdc"), sendMsg(a, b, "3uusdc")))
	w.msg("exec: generic, the send fails", exec(b, sendMsg(a, b, "2uusdc"), sendMsg(a, b, "9000000uusdc")))
	w.msg("exec: the grant is for another message", exec(b, &banktypes.MsgMultiSend{
		Inputs: []banktypes.Input{{Address: a.String(), Coins: coins("1uusdc")}}, Outputs: []banktypes.Output{{Address: b.String(), Coins: coins("1uusdc")}}}))
	w.msg("grant: replaced by one that ends", grant(a, b, generic(sendUrl), at(100)))
	w.msg("grant: another message, same end", grant(a, b, generic(multiUrl), at(100)))
	w.msg("grant: the same once more", grant(a, b, generic(sendUrl), at(100)))
	w.msg("grant: a later end", grant(a, b, generic(sendUrl), at(200)))
	w.msg("grant: without end again", grant(a, b, generic(sendUrl), nil))
	w.msg("revoke", revoke(a, b, sendUrl))
	w.msg("revoke: nothing there", revoke(b, a, sendUrl))
	w.msg("revoke: with an end", revoke(a, b, multiUrl))
	w.msg("revoke: oneself", revoke(a, a, sendUrl))
	w.msg("revoke: no type", revoke(a, b, ""))
	w.msg("grant: limited, to a new account", grant(a, c, limited("10stake,10uusdc", b), at(50)))
	w.msg("exec: within the limit", exec(c, sendMsg(a, b, "4uusdc")))
	w.msg("exec: not on the list", exec(c, sendMsg(a, c, "1uusdc")))
	w.msg("exec: above the limit", exec(c, sendMsg(a, b, "7uusdc")))
	w.msg("exec: the rest of one denomination", exec(c, sendMsg(a, b, "6uusdc")))
	w.msg("exec: the rest, which ends the grant", exec(c, sendMsg(a, b, "10stake")))
	w.msg("grant: to oneself", grant(a, a, generic(sendUrl), nil))
	w.msg("grant: limit of nothing", grant(a, b, &banktypes.SendAuthorization{}, nil))
	w.msg("grant: limit of zero", grant(a, b, &banktypes.SendAuthorization{SpendLimit: sdk.Coins{raw("uusdc", 0)}}, nil))
	w.msg("grant: list with a duplicate", grant(a, b, limited("1uusdc", a, a), nil))
	w.msg("grant: a message that nobody handles", grant(a, b, generic("/nobody.v1.MsgNothing"), nil))
	w.msg("grant: no message", grant(a, b, generic(""), nil))
	w.msg("grant: end in the past", grant(a, b, generic(sendUrl), at(-1)))
	w.msg("grant: end now", grant(a, b, generic(sendUrl), at(0)))
	w.msg("grant: to a module", grant(a, gov, generic(sendUrl), nil))
	w.msg("grant: to a blocked address without account", grant(a, authtypes.NewModuleAddress("gov"), generic(sendUrl), nil))
	w.msg("grant: no grantee", &authz.MsgGrant{Granter: a.String(), Grant: authz.Grant{Authorization: anyOf(generic(sendUrl))}})
	w.msg("grant: no authorization", &authz.MsgGrant{Granter: a.String(), Grantee: b.String()})
	w.msg("exec: nested", exec(b, exec(b, sendMsg(b, a, "1uusdc"))))
	w.msg("grant: generic for exec", grant(a, b, generic("/cosmos.authz.v1beta1.MsgExec"), nil))
	w.msg("exec: nested by a grant", exec(b, exec(a, sendMsg(a, b, "1uusdc"))))
	w.msg("exec: inner message without signer", exec(b, sendMsg(a, b, "1uusdc"), &banktypes.MsgMultiSend{Inputs: []banktypes.Input{
		{Address: a.String(), Coins: coins("1uusdc")}, {Address: b.String(), Coins: coins("1uusdc")}}}))
	w.msg("grant: ends at 1000", grant(a, b, generic(sendUrl), at(1000)))
	w.msg("grant: ends at 1000 too", grant(a, b, generic(multiUrl), at(1000)))
	far := time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	w.msg("grant: ends at the last instant", grant(b, a, generic(sendUrl), &far))
	const q = "/cosmos.authz.v1beta1.Query/"
	w.ask(q+"Grants", &authz.QueryGrantsRequest{Granter: a.String(), Grantee: b.String()})
	w.ask(q+"Grants", &authz.QueryGrantsRequest{Granter: a.String(), Grantee: b.String(), MsgTypeUrl: sendUrl})
	w.ask(q+"Grants", &authz.QueryGrantsRequest{Granter: b.String(), Grantee: a.String(), MsgTypeUrl: multiUrl})
	w.ask(q+"Grants", &authz.QueryGrantsRequest{Granter: "", Grantee: a.String()})
	w.ask(q+"Grants", &authz.QueryGrantsRequest{Granter: a.String(), Grantee: b.String(), Pagination: &query.PageRequest{Limit: 1, CountTotal: true}})
	w.ask(q+"GranterGrants", &authz.QueryGranterGrantsRequest{Granter: a.String()})
	w.ask(q+"GranterGrants", &authz.QueryGranterGrantsRequest{Granter: a.String(), Pagination: &query.PageRequest{Limit: 2}})
	w.ask(q+"GranterGrants", &authz.QueryGranterGrantsRequest{Granter: "x"})
	w.ask(q+"GranteeGrants", &authz.QueryGranteeGrantsRequest{Grantee: b.String()})
	w.ask(q+"GranteeGrants", &authz.QueryGranteeGrantsRequest{Grantee: c.String()})
	begin := func(name string, seconds int) {
		w.now = *at(seconds)
		w.op(name, "beginBlock", nil, func(ctx sdk.Context) error { return w.zk.DequeueAndDeleteExpiredGrants(ctx) })
	}
	begin("begin block before the end", 999)
	begin("begin block at the end", 1000)
	w.msg("exec: at the end", exec(b, sendMsg(a, b, "1uusdc")))
	w.now = at(1000).Add(time.Nanosecond)
	w.msg("exec: after the end, not yet removed", exec(b, sendMsg(a, b, "1uusdc")))
	begin("begin block after the end", 1001)
	w.msg("exec: after the end, removed", exec(b, sendMsg(a, b, "1uusdc")))
	w.write("authz.json", genesis)
}

func anyOf(a *authz.GenericAuthorization) *codectypes.Any {
	packed, err := codectypes.NewAnyWithValue(a)
	check(err)
	return packed
}
