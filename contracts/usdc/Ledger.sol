// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Blacklistable} from "./Blacklistable.sol";

/// Balances, allowances and the blacklist. A balance and its account's place on the blacklist share one word, so
/// that a transfer reads two of them: the highest bit says blacklisted, the others are the balance.
abstract contract Ledger is Blacklistable {
    uint256 private constant BLACKLISTED = 1 << 255;
    uint256 private constant BALANCE_MAX = BLACKLISTED - 1;

    mapping(address => uint256) private _states;
    mapping(address => mapping(address => uint256)) private _allowances;
    uint256 private _totalSupply;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    function totalSupply() external view returns (uint256) {
        return _totalSupply;
    }

    function balanceOf(address account) public view returns (uint256) {
        return _states[account] & BALANCE_MAX;
    }

    function allowance(address owner, address spender) public view returns (uint256) {
        return _allowances[owner][spender];
    }

    function _approve(address owner, address spender, uint256 value) internal {
        require(owner != address(0), "ERC20: approve from the zero address");
        require(spender != address(0), "ERC20: approve to the zero address");
        _allowances[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    /// Uses up allowance without an event. The caller has checked that there is enough; no allowance is without end.
    function _spendAllowance(address owner, address spender, uint256 value) internal {
        _allowances[owner][spender] -= value;
    }

    function _transfer(address from, address to, uint256 value) internal {
        require(from != address(0), "ERC20: transfer from the zero address");
        require(to != address(0), "ERC20: transfer to the zero address");
        uint256 balance = balanceOf(from);
        require(value <= balance, "ERC20: transfer amount exceeds balance");
        _setBalance(from, balance - value);
        _setBalance(to, _add(balanceOf(to), value));
        emit Transfer(from, to, value);
    }

    function _increaseSupply(address to, uint256 amount) internal {
        _totalSupply = _add(_totalSupply, amount);
        _setBalance(to, _add(balanceOf(to), amount));
    }

    /// The caller has checked that `from` holds the amount.
    function _decreaseSupply(address from, uint256 amount) internal {
        _totalSupply -= amount;
        _setBalance(from, balanceOf(from) - amount);
    }

    function _isBlacklisted(address account) internal view override returns (bool) {
        return _states[account] >= BLACKLISTED;
    }

    function _setBlacklisted(address account, bool blacklisted) internal override {
        uint256 balance = balanceOf(account);
        _states[account] = blacklisted ? balance | BLACKLISTED : balance;
    }

    function _add(uint256 a, uint256 b) internal pure returns (uint256 sum) {
        unchecked {
            sum = a + b;
        }
        require(sum >= a, "SafeMath: addition overflow");
    }

    function _setBalance(address account, uint256 balance) private {
        require(balance <= BALANCE_MAX, "FiatTokenV2_2: Balance exceeds (2^255 - 1)");
        require(!_isBlacklisted(account), "FiatTokenV2_2: Account is blacklisted");
        _states[account] = balance;
    }
}
